package io.gantry.linux.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Linux;
import io.gantry.linux.MountEntry;
import io.gantry.linux.MountFlags;
import io.gantry.linux.SyscallException;
import io.gantry.linux.Syscalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DetachedMountsIT {

  private final Syscalls linux = Linux.syscalls();
  private final DetachedMounts mounts = new DetachedMounts(linux, OverlayMethod.CONTEXT);

  @TempDir Path temp;

  /** A store that an overlay can lie on, whatever the temporary directory is made of. */
  @BeforeEach
  void mountStore() throws Exception {
    linux.mount("none", temp.toString(), "tmpfs", 0, null);
  }

  @AfterEach
  void nothingStaysMounted() throws Exception {
    linux.umount2(temp.toString(), 0);
    assertThat(hostMounts()).noneMatch(mount -> mount.mountPoint().startsWith(temp));
  }

  @ParameterizedTest
  @EnumSource
  void anOverlayShowsTheTopmostLayerAndKeepsChangesApart(OverlayMethod method) throws Exception {
    Path bottom = layer("bottom", "same", "only-bottom");
    Path top = layer("top", "same");
    OverlayLayers layers =
        OverlayLayers.writable(List.of(top, bottom), directory("upper"), directory("work"));
    try (Fd root = new DetachedMounts(linux, method).overlay(layers, 0)) {
      assertThat(linux.names(root)).containsExactlyInAnyOrder("same", "only-bottom");
      assertThat(read(root, "same")).isEqualTo("top");
      write(root, "new", "change");
      linux.unlinkat(root, "only-bottom", 0);
    }
    assertThat(temp.resolve("upper/new")).hasContent("change");
    assertThat(bottom.resolve("only-bottom")).exists();
    assertThat(bottom.resolve("new")).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource
  void aVolatileOverlayIsOneAndLeavesItsMark(OverlayMethod method) throws Exception {
    OverlayLayers layers =
        OverlayLayers.writable(List.of(layer("one", "f")), directory("upper"), directory("work"))
            .unsynced();
    try (Fd root = new DetachedMounts(linux, method).overlay(layers, 0)) {
      write(root, "new", "change");
    }
    assertThat(temp.resolve("upper/new")).hasContent("change");
    assertThat(temp.resolve("work/work/incompat/volatile")).isDirectory();
    assertErrno(Errno.EINVAL, () -> new DetachedMounts(linux, method).overlay(layers, 0).close());
  }

  @ParameterizedTest
  @EnumSource
  void twoHundredLayersWithLongNamesFit(OverlayMethod method) throws Exception {
    List<Path> layers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      layers.add(layer(i + "x".repeat(60) + i, "file" + i));
    }
    OverlayLayers all = OverlayLayers.writable(layers, directory("upper"), directory("work"));
    try (Fd root = new DetachedMounts(linux, method).overlay(all, 0)) {
      assertThat(linux.names(root)).hasSize(200);
    }
  }

  @ParameterizedTest
  @EnumSource
  void pathsThatAreLongOrHoldSeparatorsAreTaken(OverlayMethod method) throws Exception {
    Path deep = Files.createDirectories(temp.resolve("d".repeat(120)).resolve("e".repeat(150)));
    Files.writeString(deep.resolve("deep"), "");
    Path odd = layer("a:b,c", "odd");
    try (Fd root =
        new DetachedMounts(linux, method).overlay(OverlayLayers.readOnly(List.of(odd, deep)), 0)) {
      assertThat(linux.names(root)).containsExactlyInAnyOrder("odd", "deep");
      assertErrno(Errno.EROFS, () -> write(root, "new", ""));
    }
  }

  @ParameterizedTest
  @EnumSource
  void attributesAreSet(OverlayMethod method) throws Exception {
    OverlayLayers layers =
        OverlayLayers.writable(List.of(layer("one", "f")), directory("upper"), directory("work"));
    try (Fd root =
        new DetachedMounts(linux, method).overlay(layers, MountFlags.MOUNT_ATTR_RDONLY)) {
      assertErrno(Errno.EROFS, () -> write(root, "new", ""));
    }
  }

  @Test
  void oneReadOnlyLayerNeedsNoOverlay() throws Exception {
    try (Fd root = mounts.overlay(OverlayLayers.readOnly(List.of(layer("one", "f"))), 0)) {
      assertThat(linux.names(root)).containsExactly("f");
      assertErrno(Errno.EROFS, () -> write(root, "new", ""));
    }
  }

  @Test
  void aMissingLayerIsNamed() {
    Path absent = temp.resolve("absent");
    assertThatExceptionOfType(SyscallException.class)
        .isThrownBy(() -> mounts.overlay(OverlayLayers.readOnly(List.of(absent, absent)), 0))
        .withMessage("fsconfig lowerdir+=" + absent + ": ENOENT");
  }

  @Test
  void theKernelsOwnWordsAreInTheFailure() {
    assertThatExceptionOfType(SyscallException.class)
        .isThrownBy(() -> mounts.tmpfs(Map.of("size", "much"), 0))
        .withMessageStartingWith("fsconfig size=much: EINVAL (")
        .withMessageContaining("size");
  }

  @Test
  void aTmpfsHasItsSizeAndMode() throws Exception {
    try (Fd root =
        mounts.tmpfs(Map.of("size", "65536", "mode", "1777"), MountFlags.MOUNT_ATTR_NOEXEC)) {
      assertThat(linux.statx(root, "").mode()).isEqualTo(FileFlags.S_IFDIR | 01777);
      assertThat(linux.fstatfs(root).blocks() * linux.fstatfs(root).blockSize()).isEqualTo(65536);
    }
  }

  @Test
  void aReadOnlyBindLeavesMountsBelowItWritable() throws Exception {
    Path source = sourceWithMountBelow();
    try (Fd tree = mounts.bind(source, BindOptions.PLAIN.withReadOnly(BindOptions.ReadOnly.TOP))) {
      assertErrno(Errno.EROFS, () -> write(tree, "new", ""));
      write(tree, "below/new", "");
    }
    try (Fd tree =
        mounts.bind(source, BindOptions.PLAIN.withReadOnly(BindOptions.ReadOnly.RECURSIVE))) {
      assertErrno(Errno.EROFS, () -> write(tree, "new", ""));
      assertErrno(Errno.EROFS, () -> write(tree, "below/other", ""));
      assertThat(linux.names(tree)).contains("below");
    }
    linux.umount2(source.resolve("below").toString(), 0);
  }

  @Test
  void mountsBelowAreLeftOutWhenAskedFor() throws Exception {
    Path source = sourceWithMountBelow();
    Files.writeString(source.resolve("below/seen"), "");
    try (Fd tree = mounts.bind(source, BindOptions.PLAIN.withRecursive(false));
        Fd below = linux.openat(tree, "below", FileFlags.O_PATH, 0)) {
      assertThat(linux.names(below)).isEmpty();
    }
    linux.umount2(source.resolve("below").toString(), 0);
  }

  @Test
  void mountsArePassedOnOnlyFromSharedSources() throws Exception {
    BindOptions slave = BindOptions.PLAIN.withPropagation(BindOptions.Propagation.SLAVE);
    linux.mount("none", temp.toString(), null, MountFlags.MS_PRIVATE, null);
    assertThatExceptionOfType(MountException.class)
        .isThrownBy(() -> mounts.bind(temp, slave))
        .withMessageContaining("which is private");
    linux.mount("none", temp.toString(), null, MountFlags.MS_SHARED, null);
    Path below = directory("below");
    try (Fd tree = mounts.bind(temp, slave)) {
      Path attached = directory("attached");
      linux.moveMount(tree, "", Fd.CWD, attached.toString());
      linux.mount("none", below.toString(), "tmpfs", 0, null);
      assertThat(hostMounts())
          .anyMatch(mount -> mount.mountPoint().equals(attached.resolve("below")));
      linux.umount2(below.toString(), 0);
      linux.umount2(attached.toString(), MountFlags.MNT_DETACH);
    }
  }

  @Test
  void aFileIsBoundThroughItsDescriptor() throws Exception {
    Path file = layer("one", "f").resolve("f");
    try (Fd held = linux.open(file, FileFlags.O_PATH, 0);
        Fd bound = mounts.bind(held, BindOptions.PLAIN)) {
      assertThat(linux.statx(bound, "").inode()).isEqualTo(linux.statx(held, "").inode());
      assertThat(linux.statx(bound, "").mountId()).isNotEqualTo(linux.statx(held, "").mountId());
    }
  }

  private Path sourceWithMountBelow() throws Exception {
    Path below = directory("source/below");
    linux.mount("none", below.toString(), "tmpfs", 0, null);
    return temp.resolve("source");
  }

  private Path layer(String name, String... files) throws Exception {
    Path layer = directory(name);
    for (String file : files) {
      Files.writeString(layer.resolve(file), name);
    }
    return layer;
  }

  private Path directory(String name) throws Exception {
    return Files.createDirectories(temp.resolve(name));
  }

  private String read(Fd dir, String name) throws SyscallException {
    ByteBuffer content = ByteBuffer.allocate(100);
    try (Fd file = linux.openat(dir, name, FileFlags.O_RDONLY, 0)) {
      linux.read(file, content);
    }
    return StandardCharsets.UTF_8.decode(content.flip()).toString();
  }

  private void write(Fd dir, String name, String text) throws SyscallException {
    int flags = FileFlags.O_WRONLY | FileFlags.O_CREAT;
    try (Fd file = linux.openat(dir, name, flags, 0644)) {
      linux.write(file, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static void assertErrno(Errno expected, ThrowingCallable call) {
    assertThatExceptionOfType(SyscallException.class)
        .isThrownBy(call)
        .satisfies(failure -> assertThat(failure.errno()).isEqualTo(expected));
  }

  private static List<MountEntry> hostMounts() throws IOException {
    return MountEntry.read(Path.of("/proc/self/mountinfo"));
  }
}
