package io.gantry.linux.mount;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.FileStatus;
import io.gantry.linux.Linux;
import io.gantry.linux.Syscalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Owners changed one by one, in an overlay whose contents stay below. */
class OwnerShiftIT {

  private static final OwnerShift SHIFT = new OwnerShift(500_000, 65_536, 700_000, 65_536);
  private static final int CONTENT = 1 << 20;

  private final Syscalls linux = Linux.syscalls();
  private final DetachedMounts mounts = new DetachedMounts(linux, OverlayMethod.CONTEXT);

  @TempDir Path temp;

  @BeforeEach
  void mountStore() throws Exception {
    linux.mount("none", temp.toString(), "tmpfs", 0, null);
  }

  @AfterEach
  void nothingStaysMounted() throws Exception {
    linux.umount2(temp.toString(), 0);
  }

  /** VFS_CAP_REVISION_2, effective, cap_net_raw permitted. */
  private static ByteBuffer capabilities(int revision) {
    return ByteBuffer.allocate(revision == 2 ? 20 : 24)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(revision << 24 | 1)
        .putInt(1 << 13);
  }

  private Fd shifted(Path lower, Path upper) throws Exception {
    Path work = Files.createDirectory(temp.resolve("work"));
    OverlayLayers layers =
        new OverlayLayers(
            List.of(lower), Optional.of(new OverlayLayers.Writable(upper, work, false, true)));
    Fd root = mounts.overlay(layers, 0);
    try (Fd listing = linux.openat(root, ".", FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0)) {
      SHIFT.apply(linux, listing);
    }
    return root;
  }

  private static void assertOwner(FileStatus file, int uid, int gid) {
    assertThat(file.uid()).isEqualTo(uid);
    assertThat(file.gid()).isEqualTo(gid);
  }

  @Test
  void everyFileIsShiftedAndStaysWhatItIsOtherwise() throws Exception {
    Path lower = temp.resolve("lower");
    Files.createDirectories(lower.resolve("deep/deeper"));
    Files.write(lower.resolve("deep/deeper/tool"), new byte[CONTENT]);
    Files.setAttribute(lower.resolve("deep/deeper/tool"), "unix:mode", 04755);
    Files.setAttribute(lower.resolve("deep"), "unix:mode", 01777);
    Files.writeString(lower.resolve("other"), "x");
    Files.setAttribute(lower.resolve("other"), "unix:uid", 33);
    Files.setAttribute(lower.resolve("other"), "unix:gid", 44);
    Files.writeString(lower.resolve("beyond"), "x");
    Files.setAttribute(lower.resolve("beyond"), "unix:uid", 500_000);
    Files.createSymbolicLink(lower.resolve("link"), temp);
    Path upper = Files.createDirectory(temp.resolve("upper"));

    try (Fd root = shifted(lower, upper)) {
      assertOwner(linux.statx(root, ""), 500_000, 700_000);
      assertOwner(linux.statx(root, "deep/deeper"), 500_000, 700_000);
      assertOwner(linux.statx(root, "other"), 500_033, 700_044);
      assertOwner(linux.statx(root, "beyond"), 65_534, 700_000);
      assertOwner(linux.statx(root, "link"), 500_000, 700_000);
      FileStatus tool = linux.statx(root, "deep/deeper/tool");
      assertOwner(tool, 500_000, 700_000);
      assertThat(tool.mode() & 07777).isEqualTo(04755);
      assertThat(tool.size()).isEqualTo(CONTENT);
      assertThat(linux.statx(root, "deep").mode() & 07777).isEqualTo(01777);
    }
    assertOwner(linux.statx(Fd.CWD, temp.toString()), 0, 0);
    assertOwner(linux.statx(Fd.CWD, lower.resolve("other").toString()), 33, 44);
    assertThat(linux.statx(Fd.CWD, upper.resolve("deep/deeper/tool").toString()).blocks())
        .as("content above")
        .isZero();
  }

  @Test
  void capabilitiesOfFilesCountForRootInside() throws Exception {
    Path lower = Files.createDirectory(temp.resolve("lower"));
    Files.writeString(lower.resolve("ping"), "program", StandardCharsets.UTF_8);
    linux.setxattr(
        Fd.CWD, lower.resolve("ping").toString(), "security.capability", capabilities(2).array());
    Path upper = Files.createDirectory(temp.resolve("upper"));

    try (Fd root = shifted(lower, upper)) {
      assertOwner(linux.statx(root, "ping"), 500_000, 700_000);
    }
    assertThat(linux.getxattr(Fd.CWD, upper.resolve("ping").toString(), "security.capability"))
        .isEqualTo(capabilities(3).putInt(20, 500_000).array());
  }
}
