package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.RuntimeCondition;
import io.gantry.api.cri.v1.RuntimeConfigRequest;
import io.gantry.api.cri.v1.RuntimeConfigResponse;
import io.gantry.api.cri.v1.StatusRequest;
import io.gantry.api.cri.v1.VersionRequest;
import io.gantry.api.cri.v1.VersionResponse;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.RuntimeUnderTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the runtime tells of itself and of the node. */
class NodeIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  @Test
  void itSpeaksCriVersion1() {
    VersionResponse version =
        runtime.client().runtime().version(VersionRequest.getDefaultInstance());
    assertThat(version.getRuntimeApiVersion()).isEqualTo("v1");
    assertThat(version.getRuntimeName()).isNotEmpty();
    assertThat(version.getRuntimeVersion()).isNotEmpty();
  }

  @Test
  void theRuntimeAndTheNetworkAreReady() {
    assertThat(
            runtime
                .client()
                .runtime()
                .status(StatusRequest.getDefaultInstance())
                .getStatus()
                .getConditionsList())
        .filteredOn(RuntimeCondition::getStatus)
        .extracting(RuntimeCondition::getType)
        .contains("RuntimeReady", "NetworkReady");
  }

  @Test
  @Differs(runtime = "containerd", why = "1.6 does not have the call")
  void itTellsHowItMakesCgroups() {
    RuntimeConfigResponse config =
        runtime.client().runtime().runtimeConfig(RuntimeConfigRequest.getDefaultInstance());
    assertThat(config.hasLinux()).isTrue();
  }
}
