package io.gantry.linux.mount;

import static io.gantry.linux.mount.UserNamespaceHolder.GID;
import static io.gantry.linux.mount.UserNamespaceHolder.UID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.Fd;
import io.gantry.linux.FileStatus;
import io.gantry.linux.Linux;
import io.gantry.linux.MountEntry;
import io.gantry.linux.NamespaceThread;
import io.gantry.linux.SyscallException;
import io.gantry.linux.Syscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way in which kernels since 5.19 take layers with mapped owners. */
class MappedOverlaysIT {

  private final Syscalls linux = Linux.syscalls();
  private final UserNamespaceHolder users;

  @TempDir Path temp;

  MappedOverlaysIT() throws Exception {
    users = new UserNamespaceHolder();
  }

  @BeforeEach
  void mountStore() throws Exception {
    linux.mount("none", temp.toString(), "tmpfs", 0, null);
  }

  @AfterEach
  void nothingStaysMounted() throws Exception {
    users.close();
    linux.umount2(temp.toString(), 0);
    assertThat(MountEntry.read(Path.of("/proc/thread-self/mountinfo")))
        .noneMatch(mount -> mount.mountPoint().startsWith(temp));
  }

  static Stream<Arguments> ways() {
    return Stream.of(
        Arguments.of(MappedOverlays.Layers.DETACHED, OverlayMethod.CONTEXT),
        Arguments.of(MappedOverlays.Layers.ATTACHED, OverlayMethod.CONTEXT),
        Arguments.of(MappedOverlays.Layers.ATTACHED, OverlayMethod.MOUNT_CALL));
  }

  private MappedOverlays overlays(MappedOverlays.Layers layers, OverlayMethod method) {
    return new MappedOverlays(linux, new DetachedMounts(linux, method), layers);
  }

  private Path layer(String name, String file) throws IOException {
    Path layer = Files.createDirectory(temp.resolve(name));
    Files.writeString(layer.resolve(file), name);
    return layer;
  }

  private static void assertOwner(FileStatus file, int uid, int gid) {
    assertThat(file.uid()).isEqualTo(uid);
    assertThat(file.gid()).isEqualTo(gid);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void ownersAreMappedInAndOut(MappedOverlays.Layers layers, OverlayMethod method)
      throws Exception {
    Path bottom = layer("bottom", "below");
    Path top = layer("top", "above");
    Files.setAttribute(top.resolve("above"), "unix:uid", 7);
    Path upper = Files.createDirectory(temp.resolve("upper"));
    Path work = Files.createDirectory(temp.resolve("work"));
    OverlayLayers all = OverlayLayers.writable(List.of(top, bottom), upper, work).unsynced();

    try (Fd root = overlays(layers, method).mount(all, users.fd(), 0)) {
      assertOwner(linux.statx(root, "below"), UID, GID);
      assertOwner(linux.statx(root, "above"), UID + 7, GID);
      NamespaceThread.call(
          "inside",
          thread -> {
            thread.filesOf(UID + 3, GID + 4);
            linux.mkdirat(root, "made", 0755);
            linux.unlinkat(root, "below", 0);
            return true;
          });
      assertThat(linux.names(root)).containsExactlyInAnyOrder("above", "made");
    }
    assertOwner(linux.statx(Fd.CWD, upper.resolve("made").toString()), 3, 4);
    assertThat(bottom.resolve("below")).exists();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void layersCanBeReadAlone(MappedOverlays.Layers layers, OverlayMethod method) throws Exception {
    Path bottom = layer("bottom", "below");
    Path top = layer("top", "above");

    try (Fd one =
            overlays(layers, method).mount(OverlayLayers.readOnly(List.of(top)), users.fd(), 0);
        Fd two =
            overlays(layers, method)
                .mount(OverlayLayers.readOnly(List.of(top, bottom)), users.fd(), 0)) {
      assertOwner(linux.statx(one, "above"), UID, GID);
      assertOwner(linux.statx(two, "below"), UID, GID);
      assertThatThrownBy(() -> linux.mkdirat(one, "made", 0755))
          .isInstanceOf(SyscallException.class)
          .hasMessageContaining("EROFS");
      assertThatThrownBy(() -> linux.mkdirat(two, "made", 0755))
          .isInstanceOf(SyscallException.class)
          .hasMessageContaining("EROFS");
    }
  }
}
