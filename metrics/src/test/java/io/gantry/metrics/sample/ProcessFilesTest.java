package io.gantry.metrics.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files processes have open. */
class ProcessFilesTest {

  @TempDir private Path proc;

  private void process(int pid, String... targets) throws IOException {
    Path fds = Files.createDirectories(proc.resolve(pid + "/fd"));
    for (int i = 0; i < targets.length; i++) {
      Files.createSymbolicLink(fds.resolve(Integer.toString(i)), Path.of(targets[i]));
    }
    Files.writeString(
        proc.resolve(pid + "/limits"),
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max processes             96157                96157                processes
        Max open files            1024                 524288               files
        Max locked memory         8388608              8388608              bytes
        """);
  }

  private ProcessFiles.Count count(List<Integer> pids, int first) throws IOException {
    return new ProcessFiles(Linux.syscalls(), proc).count(pids, first);
  }

  @Test
  void descriptorsAndSocketsOfAllProcessesAreAddedUp() throws IOException {
    process(7, "/dev/null", "socket:[123]", "pipe:[9]");
    process(8, "socket:[124]");

    assertThat(count(List.of(7, 8), 7)).isEqualTo(new ProcessFiles.Count(4, 2, 1024));
  }

  @Test
  void aProcessThatHasEndedHasNothingOpen() throws IOException {
    process(7, "/dev/null");

    assertThat(count(List.of(7, 99), 99)).isEqualTo(new ProcessFiles.Count(1, 0, 0));
  }

  @Test
  void noLimitIsMinusOne() throws IOException {
    process(7);
    Files.writeString(
        proc.resolve("7/limits"), "Max open files            unlimited    unlimited    files\n");

    assertThat(count(List.of(), 7).softLimit()).isEqualTo(-1);
  }

  @Test
  void thisVeryProcessHasFilesOpen() throws IOException {
    int own = (int) ProcessHandle.current().pid();

    assertThat(new ProcessFiles(Linux.syscalls()).count(List.of(own), own).descriptors())
        .isGreaterThan(2);
  }
}
