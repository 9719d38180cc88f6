package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Fd;
import io.gantry.linux.Linux;
import io.gantry.linux.Pipe;
import io.gantry.linux.Syscalls;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Programs that live beside the daemon and end with it. */
@ParameterizedClass
@EnumSource(Binary.class)
class BesideIT {

  private static final int SIGKILL = 9;

  private final Syscalls calls = Linux.syscalls();
  private final ShimLauncher launcher;
  private Pipe life;
  private Pipe output;
  private BufferedReader said;
  private Fd listening;
  private SocketChannel channel;

  @TempDir Path directory;

  BesideIT(Binary binary) throws IOException {
    launcher = ShimLauncher.of(calls, binary.path());
  }

  @BeforeEach
  void open() throws IOException {
    Path path = directory.resolve("s");
    listening = calls.socket(1, 1, 0);
    calls.bindUnix(listening, path);
    calls.listen(listening, 1);
    channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
    life = calls.pipe();
    output = calls.pipe();
    said =
        new BufferedReader(
            new InputStreamReader(
                new FileInputStream(output.reader().path().toFile()), StandardCharsets.UTF_8));
  }

  @AfterEach
  void close() throws IOException {
    life.close();
    output.close();
    channel.close();
    said.close();
    launcher.close();
  }

  private Path script(String text) throws IOException {
    Path file = Files.writeString(directory.resolve("program"), "#!/bin/sh\n" + text + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** The pid of the supervisor. */
  private int start(Path program) throws IOException {
    int pid =
        launcher.beside(program, List.of("WORD=given"), output.writer(), listening, life.reader());
    listening.close();
    life.reader().close();
    output.writer().close();
    return pid;
  }

  private int exitStatus(int pid) throws IOException {
    return calls.waitpid(pid).orElseThrow() >> 8;
  }

  /** Nobody else reaps what was below a supervisor. */
  private static boolean lives(int pid) {
    return Files.exists(Path.of("/proc", Integer.toString(pid)));
  }

  @Test
  void aProgramHasItsConnectionAndNothingElse() throws IOException {
    int pid =
        start(
            script(
                "echo \"$WORD ${HOME:-no home} $(cat /proc/self/oom_score_adj) $(pwd)\";"
                    + " [ -e /proc/$$/fd/4 ] || echo nothing else; echo to you >&3; read answer <&3; exit $answer"));
    assertThat(said.readLine()).isEqualTo("given no home 0 /");
    assertThat(said.readLine()).isEqualTo("nothing else");
    ByteBuffer words = ByteBuffer.allocate(7);
    while (words.hasRemaining() && channel.read(words) >= 0) {
      assertThat(words.position()).isPositive();
    }
    assertThat(new String(words.array(), StandardCharsets.UTF_8)).isEqualTo("to you\n");

    channel.write(ByteBuffer.wrap("42\n".getBytes(StandardCharsets.UTF_8)));

    assertThat(exitStatus(pid)).isEqualTo(42);
    assertThat(said.readLine()).isNull();
    assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(-1);
  }

  @Test
  void aProgramIsAskedToEndWhenThePipeCloses() throws IOException {
    int pid = start(script("trap 'echo leaving; exit 7' TERM; echo here; read never <&3"));
    assertThat(said.readLine()).isEqualTo("here");

    life.writer().close();

    assertThat(said.readLine()).isEqualTo("leaving");
    assertThat(exitStatus(pid)).isEqualTo(7);
  }

  @Test
  void aProgramThatDoesNotWantToEndIsKilled() throws IOException {
    int pid = start(script("trap '' TERM; echo $$; while :; do sleep 60; done"));
    int program = Integer.parseInt(said.readLine());
    long begun = System.nanoTime();

    life.writer().close();

    assertThat(exitStatus(pid)).isEqualTo(128 + SIGKILL);
    assertThat(lives(program)).isFalse();
    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .isBetween(Duration.ofMillis(1500), Duration.ofSeconds(15));
  }

  @Test
  void whatAProgramLeavesEndsWithIt() throws IOException {
    int pid =
        start(
            script(
                "setsid sh -c 'echo $$; setsid sh -c \"echo \\$\\$; sleep 60\" & sleep 60' &"
                    + " sleep 0.5; exit 3"));
    int orphan = Integer.parseInt(said.readLine());
    int below = Integer.parseInt(said.readLine());

    assertThat(exitStatus(pid)).isEqualTo(3);

    assertThat(lives(orphan)).isFalse();
    assertThat(lives(below)).isFalse();
    assertThat(said.readLine()).isNull();
  }

  @Test
  void aProgramWhoseSupervisorIsKilledEndsToo() throws IOException {
    int pid = start(script("echo $$; read never <&3"));
    int program = Integer.parseInt(said.readLine());

    try (Fd pidfd = calls.pidfdOpen(program)) {
      calls.kill(pid, SIGKILL);

      assertThat(calls.waitpid(pid)).hasValue(SIGKILL);
      assertThat(calls.pollIn(pidfd, (int) Box.SOON.toMillis())).isTrue();
    }
  }

  @Test
  void aProgramThatCannotBeExecutedSaysWhy() throws IOException {
    int pid = start(directory.resolve("missing"));

    assertThat(said.readLine()).isEqualTo("cannot be executed: No such file or directory");
    assertThat(exitStatus(pid)).isEqualTo(127);
    assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(-1);
  }
}
