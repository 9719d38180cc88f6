package io.gantry.conformance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.conformance.node.Distribution;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A figure that nobody can check by looking needs a counter that was seen to be right. */
class ExecCountIT {

  private final Path counter = Distribution.found().repository().resolve("hack/lib/exec-count");

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
    // five, a shell, and three of the shell's, the last of which outlives it.
    String script =
        "read -r go; for i in 1 2 3 4 5; do /bin/true; done;"
            + " /bin/sh -c '/bin/true; /bin/true; /bin/sleep 0.2 &'; read -r end";
    Process shell = new ProcessBuilder("/bin/sh", "-c", script).start();
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
      // Its output ends with the last who can write there: what was left behind has run by then.
      assertThat(shell.inputReader().read()).isEqualTo(-1);
      assertThat(count.total()).isEqualTo(9);
    } finally {
      shell.destroy();
      stranger.destroy();
    }
  }
}
