package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelLogTest {

  private static final String KILL =
      "3,1200,5000000,-;Memory cgroup out of memory: Killed process 42 (tail) total-vm:1kB\n";

  @TempDir Path directory;

  private boolean killed(String record, int pid, Duration since) throws IOException {
    Path device = Files.writeString(directory.resolve("kmsg"), record);
    return new KernelLog(Linux.syscalls(), device).killedForMemory(pid, since);
  }

  @Test
  void aKillIsFoundByItsPid() throws IOException {
    assertThat(killed(KILL, 42, Duration.ZERO)).isTrue();
    assertThat(killed(KILL, 4, Duration.ZERO)).isFalse();
    assertThat(
            killed("6,1,5000000,-;Killed process 42 is no record of a kill\n", 42, Duration.ZERO))
        .isFalse();
    assertThat(killed("", 42, Duration.ZERO)).isFalse();
  }

  @Test
  void anOlderKillIsOfAnotherProcess() throws IOException {
    assertThat(killed(KILL, 42, Duration.ofSeconds(5))).isTrue();
    assertThat(killed(KILL, 42, Duration.ofSeconds(5).plusNanos(1000))).isFalse();
  }
}
