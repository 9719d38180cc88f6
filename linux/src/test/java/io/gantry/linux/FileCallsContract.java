package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What every implementation of {@link FileCalls} does, the machine's and the fake. */
interface FileCallsContract {

  FileCalls files();

  /** A directory of this test's own. */
  Fd directory();

  @Test
  default void whatIsWrittenIsReadBackFromDirectAndHeapBuffers() throws Exception {
    try (Fd file = create("greeting")) {
      ByteBuffer direct =
          ByteBuffer.allocateDirect(16).put(3, bytes("hello ")).position(3).limit(9);
      assertThat(files().write(file, direct)).isEqualTo(6);
      assertThat(direct.hasRemaining()).isFalse();
      assertThat(files().write(file, ByteBuffer.wrap(bytes("xxworldxx"), 2, 5))).isEqualTo(5);
    }
    try (Fd file = files().openat(directory(), "greeting", FileFlags.O_RDONLY, 0)) {
      ByteBuffer direct = ByteBuffer.allocateDirect(8).position(2);
      assertThat(files().read(file, direct)).isEqualTo(6);
      ByteBuffer heap = ByteBuffer.allocate(100);
      assertThat(files().read(file, heap)).isEqualTo(5);
      assertThat(files().read(file, heap)).isZero();
      assertThat(text(direct.flip().position(2)) + text(heap.flip())).isEqualTo("hello world");
    }
  }

  @Test
  default void aMissingFileIsReportedWithCallNameAndErrno() {
    assertThatExceptionOfType(SyscallException.class)
        .isThrownBy(() -> files().openat(directory(), "absent", FileFlags.O_RDONLY, 0))
        .satisfies(failure -> assertThat(failure.errno()).isEqualTo(Errno.ENOENT))
        .withMessageStartingWith("openat ")
        .withMessageEndingWith("/absent: ENOENT");
  }

  @Test
  default void aSuccessAfterAFailureIsNotMistakenForOne() throws Exception {
    assertThatExceptionOfType(SyscallException.class)
        .isThrownBy(() -> files().unlinkat(directory(), "absent", 0));
    files().mkdirat(directory(), "d", 0700);
    assertThat(files().names(directory())).containsExactly("d");
  }

  @Test
  default void anExclusiveCreateOfAnExistingNameIsRefused() throws Exception {
    create("taken").close();
    assertErrno(Errno.EEXIST, () -> create("taken"));
    assertErrno(Errno.EEXIST, () -> files().mkdirat(directory(), "taken", 0755));
  }

  @Test
  default void aDirectoryGoesOnlyWhenItIsEmpty() throws Exception {
    files().mkdirat(directory(), "d", 0755);
    try (Fd d = files().openat(directory(), "d", FileFlags.O_PATH | FileFlags.O_DIRECTORY, 0)) {
      files().mkdirat(d, "inner", 0755);
      assertErrno(
          Errno.ENOTEMPTY, () -> files().unlinkat(directory(), "d", FileFlags.AT_REMOVEDIR));
      assertErrno(Errno.EISDIR, () -> files().unlinkat(d, "inner", 0));
      files().unlinkat(d, "inner", FileFlags.AT_REMOVEDIR);
      assertThat(files().names(d)).isEmpty();
    }
    files().unlinkat(directory(), "d", FileFlags.AT_REMOVEDIR);
    assertThat(files().names(directory())).isEmpty();
  }

  @Test
  default void symlinksAreMadeReadAndNotFollowed() throws Exception {
    files().symlinkat("nowhere/at/all", directory(), "link");
    assertThat(files().readlinkat(directory(), "link")).isEqualTo("nowhere/at/all");
    assertThat(files().statx(directory(), "link").isSymlink()).isTrue();
    assertErrno(
        Errno.ELOOP,
        () -> files().openat(directory(), "link", FileFlags.O_RDONLY | FileFlags.O_NOFOLLOW, 0));
    assertErrno(Errno.EOPNOTSUPP, () -> files().fchmodat(directory(), "link", 0600));
  }

  @Test
  default void aHardLinkIsTheSameFile() throws Exception {
    create("one").close();
    files().linkat(directory(), "one", directory(), "two");
    FileStatus status = files().statx(directory(), "two");
    assertThat(status.links()).isEqualTo(2);
    assertThat(status.inode()).isEqualTo(files().statx(directory(), "one").inode());
  }

  @Test
  default void aRenameThatMustNotReplaceDoesNot() throws Exception {
    create("old").close();
    create("new").close();
    assertErrno(
        Errno.EEXIST,
        () ->
            files().renameat2(directory(), "old", directory(), "new", FileFlags.RENAME_NOREPLACE));
    files().renameat2(directory(), "old", directory(), "new", 0);
    assertThat(files().names(directory())).containsExactly("new");
  }

  @Test
  default void modeTimesAndLengthAreKept() throws Exception {
    Instant then = Instant.ofEpochSecond(1_000_000_000L, 123_456_789);
    try (Fd file = create("f")) {
      files().ftruncate(file, 12345);
    }
    files().fchmodat(directory(), "f", 04751);
    files().utimensat(directory(), "f", then, then);
    FileStatus status = files().statx(directory(), "f");
    assertThat(status.mode()).isEqualTo(FileFlags.S_IFREG | 04751);
    assertThat(status.size()).isEqualTo(12345);
    assertThat(status.modified()).isEqualTo(then);
    assertThat(status.isRegular()).isTrue();
  }

  @Test
  default void extendedAttributesComeBackByteForByte() throws Exception {
    byte[] value = new byte[1000];
    value[0] = (byte) 0xFF;
    create("f").close();
    files().setxattr(directory(), "f", "user.gantry.one", value);
    files().setxattr(directory(), "f", "user.gantry.two", new byte[0]);
    assertThat(files().getxattr(directory(), "f", "user.gantry.one")).isEqualTo(value);
    assertThat(files().getxattr(directory(), "f", "user.gantry.two")).isEmpty();
    assertThat(files().listxattr(directory(), "f")).contains("user.gantry.one", "user.gantry.two");
    assertErrno(Errno.ENODATA, () -> files().getxattr(directory(), "f", "user.gantry.no"));
  }

  @Test
  default void openat2HoldsPathsInsideItsRoot() throws Exception {
    files().mkdirat(directory(), "root", 0755);
    try (Fd root = files().openat(directory(), "root", FileFlags.O_PATH, 0)) {
      files().symlinkat("/../../inner", root, "up");
      create("inner").close();
      assertErrno(
          Errno.ENOENT, () -> files().openat2(root, "up", OpenHow.inRoot(FileFlags.O_RDONLY)));
      assertErrno(
          Errno.EXDEV, () -> files().openat2(root, "up", OpenHow.beneath(FileFlags.O_RDONLY)));
      OpenHow creating = OpenHow.inRoot(FileFlags.O_WRONLY | FileFlags.O_CREAT).withMode(0600);
      files().openat2(root, "../../inner", creating).close();
      assertThat(files().names(root)).containsExactlyInAnyOrder("up", "inner");
    }
  }

  @Test
  default void aMemoryFileHoldsWhatIsWritten() throws Exception {
    try (Fd memory = files().memfdCreate("plan")) {
      files().write(memory, ByteBuffer.wrap(bytes("steps")));
      assertThat(files().statx(memory, "").size()).isEqualTo(5);
    }
  }

  @Test
  default void aPipeEndsWhenItsWriterIsClosed() throws Exception {
    ByteBuffer buffer = ByteBuffer.allocate(8);
    try (Pipe pipe = files().pipe()) {
      files().write(pipe.writer(), ByteBuffer.wrap(bytes("told")));
      pipe.writer().close();
      assertThat(files().read(pipe.reader(), buffer)).isEqualTo(4);
      assertThat(text(buffer.flip())).isEqualTo("told");
      assertThat(files().read(pipe.reader(), buffer.clear())).isZero();
    }
  }

  @Test
  default void manyNamesAreListedOnceEach() throws Exception {
    for (int i = 0; i < 700; i++) {
      create("a-rather-long-name-to-fill-the-buffer-" + i).close();
    }
    assertThat(files().names(directory())).hasSize(700).doesNotHaveDuplicates();
  }

  @Test
  default void namesComeInPiecesToo() throws Exception {
    for (int i = 0; i < 700; i++) {
      create("a-rather-long-name-to-fill-the-buffer-" + i).close();
    }
    List<String> all = new ArrayList<>();
    int flags = FileFlags.O_RDONLY | FileFlags.O_DIRECTORY;
    try (Fd listing = files().openat(directory(), ".", flags, 0)) {
      List<String> some = files().nextNames(listing);
      assertThat(some).hasSizeBetween(1, 699);
      while (!some.isEmpty()) {
        all.addAll(some);
        some = files().nextNames(listing);
      }
    }
    assertThat(all).hasSize(700).doesNotHaveDuplicates();
  }

  private Fd create(String name) throws SyscallException {
    int flags = FileFlags.O_RDWR | FileFlags.O_CREAT | FileFlags.O_EXCL;
    return files().openat(directory(), name, flags, 0644);
  }

  private static void assertErrno(Errno expected, ThrowingCallable call) {
    assertThatExceptionOfType(SyscallException.class)
        .isThrownBy(call)
        .satisfies(failure -> assertThat(failure.errno()).isEqualTo(expected));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(ByteBuffer buffer) {
    return StandardCharsets.UTF_8.decode(buffer).toString();
  }
}
