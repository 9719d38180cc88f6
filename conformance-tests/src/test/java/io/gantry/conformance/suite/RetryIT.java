package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerFilter;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.CreateContainerRequest;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.PodSandboxState;
import io.gantry.api.cri.v1.RemovePodSandboxRequest;
import io.gantry.api.cri.v1.RunPodSandboxRequest;
import io.gantry.api.cri.v1.StopContainerRequest;
import io.gantry.api.cri.v1.StopPodSandboxRequest;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A request that took too long for its sender comes again at once, with the same name. Kubelet does
 * so after two minutes; here after milliseconds, at many points of the way.
 */
class RetryIT {

  /** From giving up before anything has begun to giving up when all is done. */
  private static final List<Integer> PATIENCE_MILLIS =
      IntStream.of(1, 2, 3, 5, 8, 12, 17, 23, 30, 40, 60).boxed().toList();

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  /** The first request of a runtime takes longer than all others. */
  @BeforeEach
  void warmUp() throws Exception {
    runtime.pod("warm").start(Drafts.script("warm", runtime.image(), "true"));
  }

  /** What a client does that gives up: whatever came of it, the answer is lost. */
  private static void givenUp(Runnable request) {
    try {
      request.run();
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).as(e.toString()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }
  }

  private static void runAndGiveUp(PodSandboxConfig config, int millis) {
    RunPodSandboxRequest request = RunPodSandboxRequest.newBuilder().setConfig(config).build();
    givenUp(() -> {
      var _ =
          runtime
              .client()
              .runtime()
              .withDeadlineAfter(millis, TimeUnit.MILLISECONDS)
              .runPodSandbox(request);
    });
  }

  private static List<PodSandbox> podsLike(PodSandboxConfig config) {
    return runtime
        .client()
        .runtime()
        .listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
        .getItemsList()
        .stream()
        .filter(pod -> pod.getMetadata().equals(config.getMetadata()))
        .toList();
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "the name stays reserved while the first request goes on",
      sometimes = true)
  void aPodThatWasGivenUpIsMadeOnce() throws Exception {
    for (int millis : PATIENCE_MILLIS) {
      PodSandboxConfig config = runtime.draft("given-up").build();
      runAndGiveUp(config, millis);
      TestPod pod = TestPod.run(runtime.client(), config);
      assertThat(pod.status().getState()).isEqualTo(PodSandboxState.SANDBOX_READY);
      assertThat(podsLike(config)).extracting(PodSandbox::getId).containsExactly(pod.id());
      assertThat(TestPod.run(runtime.client(), config).id()).isEqualTo(pod.id());
    }
  }

  private static void createAndGiveUp(TestPod pod, ContainerConfig config, int millis) {
    CreateContainerRequest request =
        CreateContainerRequest.newBuilder()
            .setPodSandboxId(pod.id())
            .setConfig(config)
            .setSandboxConfig(pod.config())
            .build();
    givenUp(() -> {
      var _ =
          runtime
              .client()
              .runtime()
              .withDeadlineAfter(millis, TimeUnit.MILLISECONDS)
              .createContainer(request);
    });
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "the name stays reserved, and a second create of what is there is refused",
      sometimes = true)
  void aContainerThatWasGivenUpIsMadeOnce() throws Exception {
    TestPod pod = runtime.pod("one-each");
    int made = 0;
    for (int millis : PATIENCE_MILLIS) {
      ContainerConfig.Builder config =
          Drafts.script("given-up-" + millis, runtime.image(), "sleep 600");
      createAndGiveUp(pod, config.build(), millis);
      TestContainer container = pod.create(config);
      made++;
      assertThat(containersOf(pod)).hasSize(made).contains(container.id());
      container.start();
      assertThat(container.state()).isEqualTo(ContainerState.CONTAINER_RUNNING);
    }
  }

  private static List<String> containersOf(TestPod pod) {
    ContainerFilter filter = ContainerFilter.newBuilder().setPodSandboxId(pod.id()).build();
    return runtime
        .client()
        .runtime()
        .listContainers(ListContainersRequest.newBuilder().setFilter(filter).build())
        .getContainersList()
        .stream()
        .map(io.gantry.api.cri.v1.Container::getId)
        .toList();
  }

  @Test
  void aStopThatWasGivenUpIsJoinedByTheNext() throws Exception {
    TestPod pod = runtime.pod("deaf");
    TestContainer container =
        pod.start(
            Drafts.script(
                "deaf", runtime.image(), "trap '' TERM; touch /deaf; while :; do sleep 0.1; done"));
    container.sh("until [ -e /deaf ]; do sleep 0.02; done");
    givenUp(() -> {
      var _ =
          runtime
              .client()
              .runtime()
              .withDeadlineAfter(50, TimeUnit.MILLISECONDS)
              .stopContainer(
                  StopContainerRequest.newBuilder()
                      .setContainerId(container.id())
                      .setTimeout(1)
                      .build());
    });
    container.stop(Duration.ofSeconds(1));
    assertThat(container.status().getExitCode()).isEqualTo(137);
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "it tells as UNKNOWN that its plugin was killed",
      sometimes = true)
  void theEndOfAPodThatWasGivenUpCanBeAskedForAgain() throws Exception {
    for (int millis : new int[] {1, 3, 8, 20}) {
      TestPod pod = runtime.pod("ending");
      pod.start(Drafts.script("sleeper", runtime.image(), "sleep 600"));
      givenUp(() -> {
        var _ =
            runtime
                .client()
                .runtime()
                .withDeadlineAfter(millis, TimeUnit.MILLISECONDS)
                .stopPodSandbox(
                    StopPodSandboxRequest.newBuilder().setPodSandboxId(pod.id()).build());
      });
      pod.stop();
      givenUp(() -> {
        var _ =
            runtime
                .client()
                .runtime()
                .withDeadlineAfter(millis, TimeUnit.MILLISECONDS)
                .removePodSandbox(
                    RemovePodSandboxRequest.newBuilder().setPodSandboxId(pod.id()).build());
      });
      pod.remove();
      assertThat(podsLike(pod.config())).isEmpty();
      assertThat(containersOf(pod)).isEmpty();
    }
  }
}
