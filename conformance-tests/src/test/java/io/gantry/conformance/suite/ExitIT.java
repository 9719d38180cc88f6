package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerStatus;
import io.gantry.api.cri.v1.Signal;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.HostProcess;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How containers end, and what is told of it. */
class ExitIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private TestPod pod;

  @BeforeEach
  void makeAPod() throws Exception {
    pod = runtime.pod("exit");
  }

  private TestContainer started(String script) {
    return pod.start(script(script));
  }

  private static ContainerConfig.Builder script(String script) {
    return Drafts.script("ending", runtime.image(), script);
  }

  /** The script says so in its files when its traps are set: a signal before would be lost. */
  private static void waitUntilItListens(TestContainer container) {
    Awaitility.await()
        .pollInterval(20, TimeUnit.MILLISECONDS)
        .until(() -> container.exec("/bin/ls", "/listening").getExitCode() == 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 77, 126, 127, 255})
  void anExitCodeIsTold(int code) throws Exception {
    ContainerStatus status = started("exit " + code).ended();
    assertThat(status.getExitCode()).isEqualTo(code);
    assertThat(status.getReason()).isEqualTo("Error");
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "what ends at once has at times ended before it started",
      sometimes = true)
  void zeroMeansCompleted() throws Exception {
    ContainerStatus status = started("exit 0").ended();
    assertThat(status.getExitCode()).isZero();
    assertThat(status.getReason()).isEqualTo("Completed");
    assertThat(status.getFinishedAt()).isGreaterThanOrEqualTo(status.getStartedAt());
  }

  @Test
  void aProcessKilledFromOutsideHas128PlusTheSignal() throws Exception {
    HostProcess.Mark mark = HostProcess.Mark.fresh();
    TestContainer container = pod.start(mark.on(script("sleep 600")));
    ProcessHandle.of(mark.process().pid()).orElseThrow().destroyForcibly();
    assertThat(container.ended().getExitCode()).isEqualTo(137);
  }

  @Test
  void stopSendsTermAndWaitsForTheAnswer() {
    TestContainer container =
        started("trap 'exit 7' TERM; touch /listening; while :; do sleep 0.1; done");
    waitUntilItListens(container);
    long before = System.nanoTime();
    container.stop(Duration.ofSeconds(60));
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
    assertThat(container.status().getExitCode()).isEqualTo(7);
  }

  @Test
  void whoIgnoresTermIsKilledAfterTheGrace() {
    TestContainer container =
        started("trap '' TERM; touch /listening; while :; do sleep 0.1; done");
    waitUntilItListens(container);
    long before = System.nanoTime();
    container.stop(Duration.ofSeconds(1));
    assertThat(Duration.ofNanos(System.nanoTime() - before))
        .isBetween(Duration.ofMillis(900), Duration.ofSeconds(20));
    assertThat(container.status().getExitCode()).isEqualTo(137);
  }

  @Test
  void noGraceKillsAtOnce() {
    TestContainer container = started("trap '' TERM; sleep 600");
    container.stop(Duration.ZERO);
    assertThat(container.status().getExitCode()).isEqualTo(137);
  }

  @Test
  @Differs(runtime = "containerd", why = "1.6 does not know the stop signal of a request")
  void theStopSignalOfTheRequestIsSent() {
    TestContainer container =
        pod.start(
            script("trap 'exit 9' USR1; touch /listening; while :; do sleep 0.1; done")
                .setStopSignal(Signal.SIGNAL_SIGUSR1));
    waitUntilItListens(container);
    container.stop(Duration.ofSeconds(10));
    assertThat(container.status().getExitCode()).isEqualTo(9);
  }

  @Test
  void childrenEndWithTheirContainer() throws Exception {
    HostProcess.Mark mark = HostProcess.Mark.fresh();
    TestContainer container = pod.start(mark.on(script("sleep 601 & sleep 602 & sleep 0.3")));
    container.ended();
    Awaitility.await().until(() -> mark.processes().isEmpty());
  }
}
