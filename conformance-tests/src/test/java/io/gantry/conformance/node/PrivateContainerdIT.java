package io.gantry.conformance.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.PortMapping;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.leak.LeakCheck;
import io.gantry.conformance.leak.MachineState;
import io.gantry.conformance.leak.Scope;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The peer that Gantry is measured beside must not disturb the machine it is measured on. */
class PrivateContainerdIT {

  private static final Duration LEAVING = Duration.ofSeconds(20);
  private static final int HOST_PORT = 18_231;

  @TempDir private Path directory;

  @BeforeEach
  void needsContainerd() {
    List<String> missing = PrivateContainerd.missingPrograms();
    Assumptions.assumeTrue(missing.isEmpty(), "no containerd to compare with: " + missing);
  }

  @Test
  void takesAwayWhatItMadeEvenWhenItsDaemonWasKilledWithPodsRunning() throws Exception {
    LeakCheck machine =
        LeakCheck.startingNow(
            Scope.of(List.of(Path.of("/run/containerd"), Path.of("/var/lib/cni"))));
    try (PrivateContainerd containerd = PrivateContainerd.start(Distribution.found(), directory)) {
      String image = TestImage.importInto(containerd);
      PortMapping port =
          PortMapping.newBuilder().setContainerPort(80).setHostPort(HOST_PORT).build();
      TestPod pod =
          TestPod.run(containerd.client(), Drafts.pod("left").addPortMappings(port).build());
      TestContainer container = pod.start(Drafts.container("left", image, "/bin/sleep", "3600"));
      assertThat(container.sh("echo is here")).isEqualTo("is here");
      containerd.kill();
    }
    MachineState left = machine.leftAfter(LEAVING);
    assertThat(left.isEmpty()).as(left.toString()).isTrue();
  }
}
