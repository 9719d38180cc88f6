package io.gantry.conformance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.conformance.node.Distribution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A figure that nobody can check by looking needs a counter that was seen to be right. */
class ExecCountIT {

  private final Path counter = Distribution.found().repository().resolve("hack/lib/exec-count");

  @TempDir private Path directory;

  @BeforeEach
  void needsAKernelThatTells() throws Exception {
    try (ExecCount _ = ExecCount.of(counter, ProcessHandle.current().pid())) {
      return;
    } catch (IOException silent) {
      Assumptions.abort("the kernel does not tell of processes: " + silent.getMessage());
    }
  }

  @Test
  void countsWhatDescendantsExecuteEvenInABackgroundThatWasLeft() throws Exception {
    // The shell waits for a line, so that nothing happens before the count begins. Nine programs:
    // five, a shell, and three of the shell's, the last of which it does not wait for.
    String script =
        "read -r go; for i in 1 2 3 4 5; do /bin/true; done;"
            + " /bin/sh -c '/bin/true; /bin/true; /bin/touch \"$0\" &' \"$0\"; read -r end";
    Path mark = directory.resolve("mark");
    Process shell = new ProcessBuilder("/bin/sh", "-c", script, mark.toString()).start();
    Process stranger = new ProcessBuilder("/bin/sh", "-c", "read -r go; /bin/true").start();
    try (ExecCount count = ExecCount.of(counter, shell.pid());
        var go = shell.outputWriter();
        var goStranger = stranger.outputWriter()) {
      goStranger.write("go\n");
      goStranger.flush();
      assertThat(stranger.waitFor()).isZero();
      go.write("go\nend\n");
      go.flush();
      assertThat(shell.waitFor()).isZero();
      awaitFile(mark);
      assertThat(count.total()).isEqualTo(9);
    } finally {
      shell.destroy();
      stranger.destroy();
    }
  }

  private static void awaitFile(Path file) {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!Files.exists(file)) {
      assertThat(System.nanoTime()).as("the program left behind makes %s", file).isLessThan(end);
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }
}
