package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.Container;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.Meeting;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Two calls about one thing at the same time. Each gets an answer soon: success, or that the thing
 * is gone or in another state; and what stays is one of the two orders.
 */
@Timeout(120)
class MeetingCallsIT {

  /** Answers that a client can make sense of, besides success. */
  private static final Set<Status.Code> SANE =
      Set.of(Status.Code.OK, Status.Code.NOT_FOUND, Status.Code.FAILED_PRECONDITION);

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private static void assertSane(Meeting.Outcome outcome) {
    assertThat(outcome.first()).as("first: " + outcome.words()).isIn(SANE);
    assertThat(outcome.second()).as("second: " + outcome.words()).isIn(SANE);
  }

  private static TestContainer sleeper(TestPod pod, int round) {
    return pod.create(Drafts.script("sleeper-" + round, runtime.image(), "sleep 600"));
  }

  @Test
  @Differs(runtime = "containerd", why = "it tells a wrong state as UNKNOWN", sometimes = true)
  void aStopMeetsAStart() throws Exception {
    TestPod pod = runtime.pod("stop-start");
    for (int round = 0; round < Meeting.ROUNDS; round++) {
      TestContainer container = sleeper(pod, round);
      assertSane(Meeting.of(round, container::start, () -> container.stop(Duration.ZERO)));
      assertThat(container.state())
          .isIn(ContainerState.CONTAINER_RUNNING, ContainerState.CONTAINER_EXITED);
      container.stop(Duration.ZERO);
      assertThat(container.state()).isEqualTo(ContainerState.CONTAINER_EXITED);
    }
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "it refuses to remove what starts, and tells it as UNKNOWN",
      sometimes = true)
  void aRemovalMeetsAStart() throws Exception {
    TestPod pod = runtime.pod("remove-start");
    for (int round = 0; round < Meeting.ROUNDS; round++) {
      TestContainer container = sleeper(pod, round);
      Meeting.Outcome outcome = Meeting.of(round, container::start, container::remove);
      assertSane(outcome);
      assertThat(outcome.second()).isEqualTo(Status.Code.OK);
      assertThat(containers()).doesNotContain(container.id());
    }
  }

  private static List<String> containers() {
    return runtime
        .client()
        .runtime()
        .listContainers(ListContainersRequest.getDefaultInstance())
        .getContainersList()
        .stream()
        .map(Container::getId)
        .toList();
  }

  @Test
  @Differs(runtime = "containerd", why = "it tells a wrong state as UNKNOWN", sometimes = true)
  void theEndOfAPodMeetsAStart() throws Exception {
    for (int round = 0; round < Meeting.ROUNDS; round++) {
      TestPod pod = runtime.pod("pod-end");
      TestContainer container = sleeper(pod, round);
      Meeting.Outcome outcome =
          Meeting.of(
              round,
              container::start,
              () -> {
                pod.stop();
                pod.remove();
              });
      assertSane(outcome);
      assertThat(outcome.second()).isEqualTo(Status.Code.OK);
      assertThat(containers()).doesNotContain(container.id());
    }
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "it tells a wrong state as UNKNOWN, and may keep the container",
      sometimes = true)
  void theEndOfAPodMeetsACreate() throws Exception {
    for (int round = 0; round < Meeting.ROUNDS; round++) {
      TestPod pod = runtime.pod("pod-create");
      int number = round;
      Meeting.Outcome outcome =
          Meeting.of(
              round,
              () -> sleeper(pod, number),
              () -> {
                pod.stop();
                pod.remove();
              });
      assertSane(outcome);
      assertThat(outcome.second()).isEqualTo(Status.Code.OK);
      assertThat(containersOf(pod)).isEmpty();
    }
  }

  private static List<String> containersOf(TestPod pod) {
    return runtime
        .client()
        .runtime()
        .listContainers(ListContainersRequest.getDefaultInstance())
        .getContainersList()
        .stream()
        .filter(container -> container.getPodSandboxId().equals(pod.id()))
        .map(Container::getId)
        .toList();
  }

  /** Nobody has the id before the pod is there, except by a list. */
  @Test
  void aStopMeetsTheMakingOfItsPod() throws Exception {
    for (int round = 0; round < Meeting.ROUNDS; round++) {
      PodSandboxConfig config = runtime.draft("pod-making").build();
      Meeting.Outcome outcome =
          Meeting.of(
              round,
              () -> TestPod.run(runtime.client(), config),
              () -> seen(config).forEach(MeetingCallsIT::end));
      assertSane(outcome);
      seen(config).forEach(MeetingCallsIT::end);
      assertThat(seen(config)).isEmpty();
    }
  }

  private static List<PodSandbox> seen(PodSandboxConfig config) {
    return runtime
        .client()
        .runtime()
        .listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
        .getItemsList()
        .stream()
        .filter(pod -> pod.getMetadata().equals(config.getMetadata()))
        .toList();
  }

  private static void end(PodSandbox row) {
    TestPod pod = new TestPod(runtime.client(), PodSandboxConfig.getDefaultInstance(), row.getId());
    pod.stop();
    pod.remove();
  }

  @Test
  void aStatusMeetsARemoval() throws Exception {
    for (int round = 0; round < Meeting.ROUNDS; round++) {
      TestPod pod = runtime.pod("pod-status");
      TestContainer container = sleeper(pod, round);
      assertSane(
          Meeting.of(
              round,
              () -> {
                var _ = container.status();
                var _ = pod.status();
              },
              pod::remove));
    }
  }

  /** An exec whose container is killed ends with it, in whatever words. */
  @Test
  void anExecMeetsTheEndOfItsContainer() throws Exception {
    TestPod pod = runtime.pod("exec-end");
    for (int round = 0; round < Meeting.ROUNDS; round++) {
      TestContainer container = sleeper(pod, round);
      container.start();
      long before = System.nanoTime();
      Meeting.Outcome outcome =
          Meeting.of(
              round, () -> assertThatItWasKilled(container), () -> container.stop(Duration.ZERO));
      assertThat(outcome.second()).as(outcome.words()).isEqualTo(Status.Code.OK);
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
    }
  }

  private static void assertThatItWasKilled(TestContainer container) {
    try {
      assertThat(container.exec("sleep", "620").getExitCode()).isNotZero();
    } catch (StatusRuntimeException refused) {
      assertThat(refused.getStatus().getCode())
          .as(refused.toString())
          .isNotIn(Status.Code.DEADLINE_EXCEEDED, Status.Code.UNAVAILABLE);
      throw refused;
    }
  }
}
