package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JnaProcessesTest implements ProcessCallsContract {

  private final Syscalls linux = Linux.syscalls();

  @TempDir Path temp;

  @Override
  public ProcessCalls processes() {
    return linux;
  }

  @Test
  void aChildGetsTheDescriptorsInOrderAndNoOthers() throws Exception {
    try (Fd out = linux.memfdCreate("out");
        Fd nothing = linux.open(Path.of("/dev/null"), FileFlags.O_RDWR, 0)) {
      int pid = shell("echo one >&3; ls /proc/self/fd >&3", nothing, nothing, nothing, out);
      assertThat(linux.waitpid(pid)).isEqualTo(OptionalInt.of(0));
      // ls opens the directory itself as the next free one.
      assertThat(content(out)).isEqualTo("one\n0\n1\n2\n3\n4\n");
    }
  }

  @Test
  void descriptorsThatAreTheirOwnTargetsAreNotOverwritten() {
    assertThat(PosixSpawn.stagingBase(new int[] {7, 8, 9})).isEqualTo(-1);
    assertThat(PosixSpawn.stagingBase(new int[] {1, 0})).isEqualTo(2);
    assertThat(PosixSpawn.stagingBase(new int[] {20, 2, 1})).isEqualTo(21);
    assertThat(PosixSpawn.stagingBase(new int[] {})).isEqualTo(-1);
  }

  @Test
  void standardDescriptorsCanBeSwapped() throws Exception {
    try (Fd out = linux.memfdCreate("out");
        Fd nothing = linux.open(Path.of("/dev/null"), FileFlags.O_RDWR, 0)) {
      Fd two = Fd.owning(2, number -> {});
      int pid = shell("readlink /proc/self/fd/0 >&1", two, out, nothing);
      assertThat(linux.waitpid(pid)).isEqualTo(OptionalInt.of(0));
      String expected = linux.readlinkat(Fd.CWD, "/proc/self/fd/2");
      assertThat(content(out)).isEqualTo(expected + "\n");
    }
  }

  @Test
  void aChildHasNoSignalBlockedOrIgnored() throws Exception {
    try (Fd out = linux.memfdCreate("out");
        Fd nothing = linux.open(Path.of("/dev/null"), FileFlags.O_RDWR, 0)) {
      // A plain program, not a shell: shells change their own signals.
      SpawnRequest request =
          new SpawnRequest(
              Path.of("/bin/cat"),
              List.of("cat", "/proc/self/status"),
              List.of(),
              List.of(nothing, out, nothing));
      linux.waitpid(linux.spawn(request));
      assertThat(
              content(out)
                  .lines()
                  .filter(line -> line.matches("Sig(Blk|Ign|Cgt).*"))
                  .map(line -> line.replaceAll(".*\\s", "")))
          .hasSize(3)
          .containsOnly("0000000000000000");
    }
  }

  @Test
  void aMissingProgramIsNamed() {
    SpawnRequest request =
        new SpawnRequest(Path.of("/no/such/program"), List.of("x"), List.of(), List.of());
    assertThatExceptionOfType(SyscallException.class)
        .isThrownBy(() -> linux.spawn(request))
        .withMessage("posix_spawn /no/such/program: ENOENT");
  }

  @Test
  void aProgramHeldByADescriptorCanBeStarted() throws Exception {
    try (Fd program = linux.open(Path.of("/bin/true"), FileFlags.O_PATH, 0)) {
      SpawnRequest request =
          new SpawnRequest(program.path(), List.of("true"), List.of(), List.of());
      assertThat(linux.waitpid(linux.spawn(request))).isEqualTo(OptionalInt.of(0));
    }
  }

  @Test
  void anArgumentMayHoldAnyByte() throws Exception {
    try (Fd out = linux.memfdCreate("out");
        Fd nothing = linux.open(Path.of("/dev/null"), FileFlags.O_RDWR, 0)) {
      SpawnRequest request =
          new SpawnRequest(
              Path.of("/bin/sh"),
              List.of("sh", "-c", "printf %s%s \"$1\" \"$NAME\"", "sh", "grün"),
              List.of("NAME=wert ü"),
              List.of(nothing, out, nothing));
      linux.waitpid(linux.spawn(request));
      assertThat(content(out)).isEqualTo("grünwert ü");
    }
  }

  @Test
  void aUnixSocketIsBoundAndRefusesALongPath() throws Exception {
    Path path = temp.resolve("s");
    try (Fd socket = linux.socket(1, 1, 0)) {
      linux.bindUnix(socket, path);
      linux.listen(socket, 1);
    }
    assertThat(path).exists();
    try (Fd socket = linux.socket(1, 1, 0)) {
      assertThatExceptionOfType(SyscallException.class)
          .isThrownBy(() -> linux.bindUnix(socket, Path.of("/" + "x".repeat(107))))
          .withMessageEndingWith("ENAMETOOLONG");
    }
  }

  private int shell(String script, Fd... descriptors) throws SyscallException {
    return linux.spawn(
        new SpawnRequest(
            Path.of("/bin/sh"),
            List.of("sh", "-c", script),
            List.of("PATH=/usr/bin:/bin"),
            List.of(descriptors)));
  }

  private String content(Fd memory) throws SyscallException {
    ByteBuffer buffer = ByteBuffer.allocate(4096);
    try (Fd again = linux.open(memory.path(), FileFlags.O_RDONLY, 0)) {
      linux.read(again, buffer);
    }
    return StandardCharsets.UTF_8.decode(buffer.flip()).toString();
  }
}
