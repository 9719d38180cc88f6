package io.gantry.conformance.suite;

import static io.gantry.conformance.harness.Refusals.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.PodSandboxState;
import io.gantry.api.cri.v1.PodSandboxStatus;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The life of a pod, from its making to its removal. */
class PodLifecycleIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  @Test
  void aNewPodIsReadyAndHasAnAddress() throws Exception {
    Instant before = Instant.now();
    TestPod pod = runtime.pod("ready");
    PodSandboxStatus status = pod.status();
    assertThat(status.getState()).isEqualTo(PodSandboxState.SANDBOX_READY);
    assertThat(status.getNetwork().getIp()).matches("[0-9.]+");
    assertThat(status.getCreatedAt()).isBetween(nanoseconds(before), nanoseconds(Instant.now()));
  }

  @Test
  void statusTellsWhatWasAskedFor() throws Exception {
    PodSandboxConfig config =
        runtime
            .draft("told")
            .putLabels("app", "web")
            .putAnnotations("note", "ein Wort, ü und 语")
            .build();
    PodSandboxStatus status = TestPod.run(runtime.client(), config).status();
    assertThat(status.getMetadata()).isEqualTo(config.getMetadata());
    assertThat(status.getLabelsMap()).isEqualTo(config.getLabelsMap());
    assertThat(status.getAnnotationsMap()).isEqualTo(config.getAnnotationsMap());
    assertThat(status.getLinux().getNamespaces().getOptions())
        .isEqualTo(Drafts.kubeletNamespaces());
  }

  @Test
  void twoPodsHaveTwoAddresses() throws Exception {
    assertThat(runtime.pod("one").ip()).isNotEqualTo(runtime.pod("two").ip());
  }

  @Test
  void aStoppedPodIsNotReadyAndStaysKnown() throws Exception {
    TestPod pod = runtime.pod("stopped");
    pod.stop();
    assertThat(pod.status().getState()).isEqualTo(PodSandboxState.SANDBOX_NOTREADY);
  }

  @Test
  void stoppingEndsTheContainers() throws Exception {
    TestPod pod = runtime.pod("ends");
    TestContainer container = pod.start(Drafts.script("sleeper", runtime.image(), "sleep 600"));
    pod.stop();
    assertThat(container.state()).isEqualTo(ContainerState.CONTAINER_EXITED);
  }

  @Test
  @Differs(runtime = "containerd", why = "1.6 answers NOT_FOUND to a stop of what is gone")
  void stoppingAndRemovingTwiceIsFine() throws Exception {
    TestPod pod = runtime.pod("twice");
    pod.stop();
    pod.stop();
    pod.remove();
    pod.stop();
    pod.remove();
  }

  @Test
  void aPodThatRunsCanBeRemovedWithItsContainers() throws Exception {
    TestPod pod = runtime.pod("forced");
    TestContainer running = pod.start(Drafts.script("running", runtime.image(), "sleep 600"));
    TestContainer created = pod.create(Drafts.script("created", runtime.image(), "true"));
    pod.remove();
    refusal(Status.Code.NOT_FOUND, pod::status);
    refusal(Status.Code.NOT_FOUND, running::status);
    refusal(Status.Code.NOT_FOUND, created::status);
  }

  @Test
  @Differs(runtime = "containerd", why = "it refuses a name that is taken")
  void theSameNameAgainIsTheSamePod() throws Exception {
    TestPod pod = runtime.pod("again");
    assertThat(TestPod.run(runtime.client(), pod.config()).id()).isEqualTo(pod.id());
  }

  @Test
  void anotherAttemptIsAnotherPod() throws Exception {
    TestPod first = runtime.pod("attempts");
    PodSandboxConfig.Builder next = first.config().toBuilder();
    next.getMetadataBuilder().setAttempt(1);
    assertThat(TestPod.run(runtime.client(), next.build()).id()).isNotEqualTo(first.id());
  }

  @Test
  void aRemovedNameIsFreeAgain() throws Exception {
    TestPod first = runtime.pod("free");
    first.remove();
    assertThat(TestPod.run(runtime.client(), first.config()).id()).isNotEqualTo(first.id());
  }

  @Test
  void aStoppedPodTakesNoContainers() throws Exception {
    TestPod pod = runtime.pod("closed");
    pod.stop();
    assertThatThrownBy(() -> pod.create(Drafts.script("late", runtime.image(), "true")))
        .isInstanceOf(StatusRuntimeException.class);
  }

  @Test
  void stoppingAPodWithADeafContainerDoesNotTakeLong() throws Exception {
    TestPod pod = runtime.pod("deaf");
    pod.start(Drafts.script("deaf", runtime.image(), "trap '' TERM; while :; do sleep 1; done"));
    Instant before = Instant.now();
    pod.stop();
    assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(15));
  }

  private static long nanoseconds(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }
}
