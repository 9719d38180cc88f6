package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerFilter;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Crowd;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A caller that lost patience asks again under the same name. It must get what the first request
 * made or is making, never a complaint about the name.
 */
class JoiningIT {

  private static final int CALLERS = 8;

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  @Test
  @Differs(runtime = "containerd", why = "it refuses a name that is taken")
  void requestsForOnePodMakeOnePod() throws Exception {
    PodSandboxConfig config = runtime.draft("joined").build();
    assertThat(Crowd.of(CALLERS).ask(i -> TestPod.run(runtime.client(), config).id()))
        .hasSize(CALLERS)
        .containsOnly(TestPod.run(runtime.client(), config).id());
    assertThat(
            runtime
                .client()
                .runtime()
                .listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
                .getItemsList())
        .filteredOn(pod -> pod.getMetadata().equals(config.getMetadata()))
        .hasSize(1);
  }

  @Test
  @Differs(runtime = "containerd", why = "it refuses a name that is taken")
  void requestsForOneContainerMakeOneContainer() throws Exception {
    TestPod pod = runtime.pod("container-joined");
    ContainerConfig.Builder config = Drafts.script("joined", runtime.image(), "sleep 600");
    assertThat(Crowd.of(CALLERS).ask(i -> pod.create(config.clone()).id()).stream().distinct())
        .hasSize(1);
    ContainerFilter ofPod = ContainerFilter.newBuilder().setPodSandboxId(pod.id()).build();
    assertThat(
            runtime
                .client()
                .runtime()
                .listContainers(ListContainersRequest.newBuilder().setFilter(ofPod).build())
                .getContainersList())
        .hasSize(1);
  }

  @Test
  @Differs(runtime = "containerd", why = "1.6 answers NOT_FOUND to a stop of what is gone")
  void stopsAndRemovalsOfOneThingAllSucceed() throws Exception {
    TestPod pod = runtime.pod("many-ends");
    TestContainer container = pod.start(Drafts.script("sleeper", runtime.image(), "sleep 600"));
    Crowd.of(CALLERS)
        .ask(i -> {
          container.stop(Duration.ZERO);
          container.remove();
          pod.stop();
          pod.remove();
          return i;
        });
  }
}
