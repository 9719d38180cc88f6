package io.gantry.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ContainerStatus;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.HostProcess;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A container's supervisor dies: the container is over, and nothing of it is left running. */
class ShimDeathIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  /** The supervisor is the parent of the container's first process. */
  private static ProcessHandle supervisorOf(HostProcess process) throws IOException {
    List<String> status = Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"));
    String parent =
        status.stream().filter(line -> line.startsWith("PPid:")).findFirst().orElseThrow();
    ProcessHandle shim =
        ProcessHandle.of(Long.parseLong(parent.substring(5).strip())).orElseThrow();
    assertThat(Path.of("/proc/" + shim.pid() + "/comm")).content().startsWith("gantry-shim");
    return shim;
  }

  @Test
  void theContainerHasExitedAndItsProcessesAreGone() throws Exception {
    runtime.node();
    HostProcess.Mark mark = HostProcess.Mark.fresh();
    TestPod pod = runtime.pod("orphaned");
    TestContainer container =
        pod.start(mark.on(Drafts.script("sleeper", runtime.image(), "sleep 600 & sleep 601")));
    supervisorOf(mark.process()).destroyForcibly();
    ContainerStatus status = container.ended();
    assertThat(status.getExitCode()).isNotZero();
    Awaitility.await().until(() -> mark.processes().isEmpty());
    container.remove();
    TestContainer next = pod.start(Drafts.script("next", runtime.image(), "sleep 600"));
    assertThat(next.state()).isEqualTo(ContainerState.CONTAINER_RUNNING);
  }

  @Test
  void aShimThatDiedWhileTheDaemonWasAwayIsNoticed() throws Exception {
    HostProcess.Mark mark = HostProcess.Mark.fresh();
    TestContainer container =
        runtime
            .pod("unseen")
            .start(mark.on(Drafts.script("sleeper", runtime.image(), "sleep 600")));
    ProcessHandle shim = supervisorOf(mark.process());
    runtime.node().kill();
    shim.destroyForcibly();
    runtime.node().startAgain();
    assertThat(container.ended().getExitCode()).isNotZero();
    Awaitility.await().until(() -> mark.processes().isEmpty());
  }
}
