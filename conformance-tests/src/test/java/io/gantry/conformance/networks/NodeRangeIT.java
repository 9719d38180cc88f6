package io.gantry.conformance.networks;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.NetworkConfig;
import io.gantry.api.cri.v1.RuntimeConfig;
import io.gantry.api.cri.v1.UpdateRuntimeConfigRequest;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.node.Distribution;
import io.gantry.conformance.node.PrivateNode;
import io.gantry.conformance.node.TestImage;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An orchestrator says which addresses this node's pods have. */
class NodeRangeIT {

  @TempDir Path directory;

  @Test
  void theNodesPodRangeIsUsedFromThenOnAndOverARestart() throws Exception {
    try (PrivateNode node = PrivateNode.start(Distribution.found(), directory)) {
      String image = TestImage.importInto(node);
      TestPod before = TestPod.run(node.client(), Drafts.pod("before").build());
      var range = NetworkConfig.newBuilder().setPodCidr("10.213.11.0/24,fd00:213:11::/64");
      var _ =
          node.client()
              .runtime()
              .updateRuntimeConfig(
                  UpdateRuntimeConfigRequest.newBuilder()
                      .setRuntimeConfig(RuntimeConfig.newBuilder().setNetworkConfig(range))
                      .build());
      TestPod after = TestPod.run(node.client(), Drafts.pod("after").build());
      assertThat(before.ip()).doesNotStartWith("10.213.");
      assertThat(after.ip()).isEqualTo("10.213.11.2");
      assertThat(after.status().getNetwork().getAdditionalIps(0).getIp())
          .isEqualTo("fd00:213:11::2");
      TestContainer container = after.start(Drafts.script("sleeper", image, "sleep 600"));
      assertThat(container.exec("ping", "-c", "1", "-W", "5", before.ip()).getExitCode()).isZero();

      node.kill();
      node.startAgain();
      TestPod later = TestPod.run(node.client(), Drafts.pod("later").build());
      assertThat(later.ip()).isEqualTo("10.213.11.3");
      before.remove();
      after.remove();
      later.remove();
    }
  }
}
