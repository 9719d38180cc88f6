package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerFilter;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.PodSandboxState;
import io.gantry.api.cri.v1.RemoveImageRequest;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Crowd;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whoever is asked to end a thing that ends, or that is gone, has nothing to complain of. */
@Timeout(120)
class IdempotenceIT {

  private static final int CALLERS = 12;
  private static final int QUESTIONS = 36;
  private static final String UNKNOWN = "fedcba9876543210".repeat(4);

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  /** Something that succeeds, or the test fails with what it threw. */
  @FunctionalInterface
  private interface Deed {
    void run() throws Exception;
  }

  private static void byMany(Deed deed) throws Exception {
    Crowd.of(CALLERS)
        .ask(
            QUESTIONS,
            i -> {
              deed.run();
              return i;
            });
  }

  private static TestContainer sleeper(TestPod pod) {
    return pod.start(Drafts.script("sleeper", runtime.image(), "sleep 600"));
  }

  @Test
  void stoppingAContainer() throws Exception {
    TestContainer container = sleeper(runtime.pod("stop"));
    byMany(() -> container.stop(Duration.ZERO));
    assertThat(container.state()).isEqualTo(ContainerState.CONTAINER_EXITED);
  }

  /** Those who are patient wait for the same end as those who are not. */
  @Test
  void stoppingAContainerWithDifferentPatience() throws Exception {
    TestContainer container =
        runtime
            .pod("patience")
            .start(
                Drafts.script(
                    "deaf",
                    runtime.image(),
                    "trap '' TERM; touch /deaf; while :; do sleep 0.1; done"));
    container.sh("until [ -e /deaf ]; do sleep 0.02; done");
    long before = System.nanoTime();
    Crowd.of(CALLERS)
        .ask(
            CALLERS,
            i -> {
              container.stop(Duration.ofSeconds(i % 2 == 0 ? 60 : 1));
              return i;
            });
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(30));
    assertThat(container.status().getExitCode()).isEqualTo(137);
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "it refuses to remove what is being removed",
      sometimes = true)
  void removingAContainer() throws Exception {
    TestPod pod = runtime.pod("remove");
    TestContainer running = sleeper(pod);
    byMany(running::remove);
    ContainerFilter ofPod = ContainerFilter.newBuilder().setPodSandboxId(pod.id()).build();
    assertThat(
            runtime
                .client()
                .runtime()
                .listContainers(ListContainersRequest.newBuilder().setFilter(ofPod).build())
                .getContainersList())
        .isEmpty();
  }

  @Test
  @Differs(runtime = "containerd", why = "its network plugins meet each other", sometimes = true)
  void stoppingAPod() throws Exception {
    TestPod pod = runtime.pod("stop");
    TestContainer container = sleeper(pod);
    byMany(pod::stop);
    assertThat(pod.status().getState()).isEqualTo(PodSandboxState.SANDBOX_NOTREADY);
    assertThat(container.state()).isEqualTo(ContainerState.CONTAINER_EXITED);
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "it refuses to remove what is being removed",
      sometimes = true)
  void removingAPod() throws Exception {
    TestPod pod = runtime.pod("remove");
    sleeper(pod);
    byMany(pod::remove);
    TestPod next = TestPod.run(runtime.client(), pod.config());
    assertThat(next.id()).isNotEqualTo(pod.id());
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "it refuses to remove what is being removed",
      sometimes = true)
  void everyEndOfAPodAtOnce() throws Exception {
    TestPod pod = runtime.pod("all");
    TestContainer container = sleeper(pod);
    List<Deed> ends =
        List.of(() -> container.stop(Duration.ZERO), container::remove, pod::stop, pod::remove);
    Crowd.of(CALLERS)
        .ask(
            QUESTIONS,
            i -> {
              ends.get(i % ends.size()).run();
              return i;
            });
    TestPod next = TestPod.run(runtime.client(), pod.config());
    assertThat(next.id()).isNotEqualTo(pod.id());
  }

  @Test
  @Differs(runtime = "containerd", why = "1.6 answers NOT_FOUND to a stop of what is gone")
  void whatNobodyKnows() throws Exception {
    TestContainer container = new TestContainer(runtime.client(), UNKNOWN, Path.of("/none"));
    TestPod pod = new TestPod(runtime.client(), PodSandboxConfig.getDefaultInstance(), UNKNOWN);
    byMany(() -> {
      container.stop(Duration.ZERO);
      container.remove();
      pod.stop();
      pod.remove();
    });
  }

  @Test
  void removingAnImageThatIsNotThere() throws Exception {
    ImageSpec nobodys = ImageSpec.newBuilder().setImage("example.org/nobody/has:this").build();
    byMany(() -> {
      var _ =
          runtime
              .client()
              .images()
              .removeImage(RemoveImageRequest.newBuilder().setImage(nobodys).build());
    });
  }
}
