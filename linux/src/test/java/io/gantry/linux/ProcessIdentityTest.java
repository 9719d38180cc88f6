package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessIdentityTest {

  @TempDir Path proc;

  @Test
  void aProcessIsAliveUntilItEnds() throws Exception {
    Syscalls linux = Linux.syscalls();
    int pid =
        linux.spawn(
            new SpawnRequest(Path.of("/bin/sleep"), List.of("sleep", "60"), List.of(), List.of()));
    ProcessIdentity child = ProcessIdentity.of(pid).orElseThrow();
    assertThat(child.isAlive()).isTrue();
    assertThat(new ProcessIdentity(pid, child.startTicks() + 1).isAlive()).isFalse();
    linux.kill(pid, 9);
    linux.waitpid(pid);
    assertThat(child.isAlive()).isFalse();
    assertThat(ProcessIdentity.of(pid)).isEmpty();
  }

  @Test
  void aNameWithBlanksAndBracketsDoesNotMisleadTheReader() throws Exception {
    write("S");
    assertThat(ProcessIdentity.of(proc, 7)).hasValue(new ProcessIdentity(7, 4242));
  }

  @Test
  void aZombieIsNotAlive() throws Exception {
    write("Z");
    assertThat(ProcessIdentity.of(proc, 7)).isEmpty();
  }

  private void write(String state) throws Exception {
    String line =
        "7 (a ) S (b) " + state + " 1 7 7 0 -1 4194560 90 0 0 0 0 0 0 0 20 0 1 0 4242 2 3";
    Files.writeString(Files.createDirectories(proc.resolve("7")).resolve("stat"), line);
  }
}
