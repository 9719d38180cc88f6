package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What every implementation of {@link MountCalls} does, the machine's and the fake. */
interface MountCallsContract {

  Syscalls linux();

  /** A directory of this test's own. */
  Path directory();

  private Fd overlay() throws Exception {
    for (String name : new String[] {"lower", "upper", "work"}) {
      Files.createDirectories(directory().resolve(name));
    }
    try (Fd context = linux().fsopen("overlay")) {
      linux().fsconfigString(context, "lowerdir+", directory().resolve("lower").toString());
      linux().fsconfigString(context, "upperdir", directory().resolve("upper").toString());
      linux().fsconfigString(context, "workdir", directory().resolve("work").toString());
      linux().fsconfigCreate(context);
      return linux().fsmount(context, 0);
    }
  }

  @Test
  default void whatIsMadeInADetachedOverlayIsInItsUpperDirectory() throws Exception {
    try (Fd root = overlay()) {
      linux().mkdirat(root, "made", 0755);
    }
    assertThat(directory().resolve("upper/made")).isDirectory();
  }

  @Test
  default void aDetachedMountIsAttachedOnceAndUnmounted() throws Exception {
    Path target = Files.createDirectories(directory().resolve("target"));
    try (Fd root = overlay()) {
      linux().moveMount(root, "", Fd.CWD, target.toString());
    }
    linux().umount2(target.toString(), 0);
    assertErrno(Errno.EINVAL, () -> linux().umount2(target.toString(), 0));
  }

  @Test
  default void aFileSystemThatDoesNotExistIsRefused() {
    assertErrno(Errno.ENODEV, () -> linux().fsopen("nosuchfs"));
  }

  @Test
  default void aContextThatWasNotCreatedCannotBeMounted() throws Exception {
    try (Fd context = linux().fsopen("tmpfs")) {
      assertErrno(Errno.EINVAL, () -> linux().fsmount(context, 0));
    }
  }

  @Test
  default void aBindMountShowsItsSource() throws Exception {
    Path source = Files.createDirectories(directory().resolve("source"));
    Files.writeString(source.resolve("file"), "");
    try (Fd tree = linux().openTree(Fd.CWD, source.toString(), MountFlags.OPEN_TREE_CLONE)) {
      assertThat(linux().names(tree)).containsExactly("file");
    }
    assertErrno(
        Errno.ENOENT,
        () ->
            linux()
                .openTree(
                    Fd.CWD, directory().resolve("absent").toString(), MountFlags.OPEN_TREE_CLONE));
  }

  private static void assertErrno(Errno expected, ThrowingCallable call) {
    assertThatExceptionOfType(SyscallException.class)
        .isThrownBy(call)
        .satisfies(failure -> assertThat(failure.errno()).isEqualTo(expected));
  }
}
