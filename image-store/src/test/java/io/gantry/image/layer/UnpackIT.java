package io.gantry.image.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.TarBytes;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.FileStatus;
import io.gantry.linux.Linux;
import io.gantry.linux.OpenHow;
import io.gantry.linux.Syscalls;
import io.gantry.linux.mount.DetachedMounts;
import io.gantry.linux.mount.OverlayLayers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only root can unpack, and what the kernel's overlay makes of it. */
class UnpackIT {

  private static final byte[] CAPABILITY = {
    1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

  @TempDir Path folder;
  private final Syscalls linux = Linux.syscalls();

  private Path unpack(String name, TarBytes tar) throws IOException {
    Path target = folder.resolve(name);
    new DirectoryUnpacker(linux, Privileges.ROOT, UnpackLimits.DEFAULT)
        .unpack(new TarReader(new ByteArrayInputStream(tar.bytes())), target);
    return target;
  }

  @Test
  void owners_devices_and_capabilities_arrive() throws Exception {
    Path target =
        unpack(
            "fs",
            new TarBytes()
                .pax(
                    Map.of(
                        "uid", "1000".getBytes(UTF_8),
                        "gid", "4000000000".getBytes(UTF_8),
                        "SCHILY.xattr.security.capability", CAPABILITY))
                .file("ping", 06755, "elf".getBytes(UTF_8))
                .pax(Map.of("uid", "7".getBytes(UTF_8)))
                .symlink("link", "ping")
                .device("null", '3', 1, 3)
                .device("disk", '4', 8, 300));

    try (Fd root = linux.open(target, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0)) {
      FileStatus ping = linux.statx(root, "ping");
      assertThat(ping.uid()).isEqualTo(1000);
      assertThat(Integer.toUnsignedLong(ping.gid())).isEqualTo(4_000_000_000L);
      assertThat(ping.mode() & 07777).isEqualTo(06755);
      assertThat(linux.getxattr(root, "ping", "security.capability")).isEqualTo(CAPABILITY);
      assertThat(linux.statx(root, "link").uid()).isEqualTo(7);
      assertThat(linux.statx(root, "null").special()).hasToString("Device[major=1, minor=3]");
      assertThat(linux.statx(root, "disk").special()).hasToString("Device[major=8, minor=300]");
    }
  }

  @Test
  void overlay_hides_what_a_layer_deletes() throws Exception {
    Path lower =
        unpack(
            "lower",
            new TarBytes()
                .file("kept", "lower")
                .file("gone", "x")
                .file("opaque/old", "x")
                .file("remade/old", "x")
                .file("merged/old", "x"));
    Path upper =
        unpack(
            "upper",
            new TarBytes()
                .file(".wh.gone", "")
                .file("opaque/.wh..wh..opq", "")
                .file("opaque/new", "y")
                .file(".wh.remade", "")
                .directory("remade")
                .file("remade/new", "y")
                .file("merged/new", "y"));

    try (Fd mount =
        DetachedMounts.ofThisKernel().overlay(OverlayLayers.readOnly(List.of(upper, lower)), 0)) {
      assertThat(linux.names(mount))
          .containsExactlyInAnyOrder("kept", "opaque", "remade", "merged");
      assertThat(names(mount, "opaque")).containsExactly("new");
      assertThat(names(mount, "remade")).containsExactly("new");
      assertThat(names(mount, "merged")).containsExactlyInAnyOrder("new", "old");
    }
  }

  private List<String> names(Fd mount, String directory) throws IOException {
    try (Fd fd =
        linux.openat2(
            mount, directory, OpenHow.beneath(FileFlags.O_RDONLY | FileFlags.O_DIRECTORY))) {
      return linux.names(fd);
    }
  }
}
