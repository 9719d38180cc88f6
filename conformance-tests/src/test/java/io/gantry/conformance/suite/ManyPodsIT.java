package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerState;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Crowd;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two hundred pods at once: each works, no two share an address, and all of them go. */
class ManyPodsIT {

  private static final int PODS = 200;
  private static final int CALLERS = 8;

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private record Pair(TestPod pod, TestContainer container) {}

  @Test
  void twoHundredPodsComeAndGo() throws Exception {
    Crowd crowd = Crowd.of(CALLERS);
    List<Pair> pairs =
        crowd.ask(
            PODS,
            i -> {
              TestPod pod = runtime.pod("pod-" + i);
              return new Pair(
                  pod, pod.start(Drafts.script("sleeper", runtime.image(), "sleep 600")));
            });
    assertThat(pairs).extracting(pair -> pair.pod().ip()).doesNotHaveDuplicates();
    assertThat(pairs)
        .extracting(pair -> pair.container().state())
        .containsOnly(ContainerState.CONTAINER_RUNNING);
    assertThat(crowd.ask(PODS, i -> pairs.get(i).container().sh("hostname")))
        .containsExactlyElementsOf(
            pairs.stream().map(pair -> pair.pod().config().getHostname()).toList());
    crowd.ask(
        PODS,
        i -> {
          pairs.get(i).pod().stop();
          pairs.get(i).pod().remove();
          return i;
        });
    assertThat(runtime.beyondIdle()).asString().isEmpty();
  }
}
