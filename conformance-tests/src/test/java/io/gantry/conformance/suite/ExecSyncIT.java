package io.gantry.conformance.suite;

import static io.gantry.conformance.harness.Refusals.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.api.cri.v1.ExecSyncResponse;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Crowd;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.HostProcess;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Commands inside a running container, as probes run them. */
class ExecSyncIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private final HostProcess.Mark mark = HostProcess.Mark.fresh();
  private TestPod pod;
  private TestContainer container;

  @BeforeEach
  void startAContainer() throws Exception {
    pod = runtime.pod("exec");
    container = pod.start(mark.on(Drafts.script("sleeper", runtime.image(), "sleep 600")));
  }

  @Test
  void outputAndErrorsAreApart() {
    ExecSyncResponse response = container.exec("/bin/sh", "-c", "echo out; echo err >&2; exit 5");
    assertThat(response.getStdout().toStringUtf8()).isEqualTo("out\n");
    assertThat(response.getStderr().toStringUtf8()).isEqualTo("err\n");
    assertThat(response.getExitCode()).isEqualTo(5);
  }

  @Test
  void aCommandIsFoundInThePath() {
    assertThat(container.exec("echo", "hi").getStdout().toStringUtf8()).isEqualTo("hi\n");
  }

  @Test
  void aKilledCommandHas128PlusTheSignal() {
    assertThat(container.exec("/bin/sh", "-c", "kill -9 $$").getExitCode()).isEqualTo(137);
  }

  @Test
  void aCommandThatIsNotThereFails() {
    assertThatThrownBy(() -> container.exec("/no/such/command"))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("/no/such/command");
  }

  @Test
  void itSeesWhatTheContainerSees() {
    container.sh("echo here > /file");
    assertThat(container.sh("cat /file; echo $MARK")).isEqualTo("here\n" + mark.value());
    String[] namespaces =
        container.sh("readlink /proc/1/ns/pid; readlink /proc/self/ns/pid").split("\n", -1);
    assertThat(namespaces[0]).isEqualTo(namespaces[1]);
  }

  @Test
  void itIsInTheContainersCgroup() {
    assertThat(container.sh("cat /proc/self/cgroup")).isEqualTo(container.sh("cat /proc/1/cgroup"));
  }

  @Test
  void itsLimitsOfPrivilegeAreTheContainers() {
    String fields = "grep -E '^(Cap|Seccomp:|NoNewPrivs)' ";
    assertThat(container.sh(fields + "/proc/self/status"))
        .isEqualTo(container.sh(fields + "/proc/1/status"));
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "1.6 waits for everybody who holds the output of a command")
  void theTimeoutEndsTheWholeCommand() throws Exception {
    HostProcess.Mark command = HostProcess.Mark.fresh();
    String script = "export MARK=%s; sleep 611 & sleep 612; echo never".formatted(command.value());
    long start = System.nanoTime();
    refusal(
        Status.Code.DEADLINE_EXCEEDED,
        () -> container.exec(Duration.ofSeconds(1), "/bin/sh", "-c", script));
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(900), Duration.ofSeconds(10));
    Awaitility.await().until(() -> command.processes().isEmpty());
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "1.6 waits for everybody who holds the output of a command")
  void aChildInTheBackgroundThatKeepsTheOutputDoesNotHoldUpTheAnswer() {
    long start = System.nanoTime();
    ExecSyncResponse response =
        container.exec(Duration.ofSeconds(10), "/bin/sh", "-c", "sleep 613 & echo done");
    assertThat(response.getStdout().toStringUtf8()).isEqualTo("done\n");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void muchOutputIsComplete() {
    ExecSyncResponse response = container.exec("/bin/sh", "-c", "head -c 3000000 /dev/zero");
    assertThat(response.getStdout().size()).isEqualTo(3_000_000);
  }

  @Test
  void manyAtOnceAllAnswer() throws Exception {
    assertThat(
            Crowd.of(8)
                .ask(40, i -> container.exec("echo", "number " + i).getStdout().toStringUtf8()))
        .hasSize(40)
        .doesNotHaveDuplicates()
        .allMatch(text -> text.startsWith("number "));
  }

  @Test
  void oneThatDoesNotRunTakesNoCommands() {
    container.stop(Duration.ZERO);
    assertThatThrownBy(() -> container.exec("true")).isInstanceOf(StatusRuntimeException.class);
    TestContainer created = pod.create(Drafts.script("created", runtime.image(), "true"));
    assertThatThrownBy(() -> created.exec("true")).isInstanceOf(StatusRuntimeException.class);
  }
}
