package io.gantry.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.api.cri.v1.NetworkConfig;
import io.gantry.api.cri.v1.RunPodSandboxRequest;
import io.gantry.api.cri.v1.RuntimeConfig;
import io.gantry.api.cri.v1.RuntimeServiceGrpc;
import io.gantry.api.cri.v1.RuntimeServiceGrpc.RuntimeServiceBlockingStub;
import io.gantry.api.cri.v1.StopPodSandboxRequest;
import io.gantry.api.cri.v1.UpdateRuntimeConfigRequest;
import io.gantry.api.gantry.v1.CheckPodNetworkRequest;
import io.gantry.api.gantry.v1.ListNetworksRequest;
import io.gantry.api.gantry.v1.Network;
import io.gantry.api.gantry.v1.NetworksGrpc;
import io.gantry.api.gantry.v1.NetworksGrpc.NetworksBlockingStub;
import io.gantry.api.gantry.v1.Overlay;
import io.gantry.api.gantry.v1.OverlayNode;
import io.gantry.cni.OverlaySummary;
import io.gantry.linux.netlink.IpPrefix;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworksRpcTest {

  @TempDir Path directory;

  private TestServer server;
  private NetworksBlockingStub networks;
  private RuntimeServiceBlockingStub runtime;

  @BeforeEach
  void serve() throws IOException {
    server = new TestServer(directory);
    networks = NetworksGrpc.newBlockingStub(server.channel);
    runtime = RuntimeServiceGrpc.newBlockingStub(server.channel);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String pod() {
    return runtime
        .runPodSandbox(RunPodSandboxRequest.newBuilder().setConfig(Requests.pod()).build())
        .getPodSandboxId();
  }

  @Test
  void aNetworkIsListedWithItsPodsAlsoOneInTheMaking() {
    String pod = pod();
    server.node.podsOnNetwork = List.of(pod, "beef");
    Network network =
        networks.listNetworks(ListNetworksRequest.getDefaultInstance()).getNetworks(0);
    assertThat(network.getName()).isEqualTo("gantry");
    assertThat(network.getChosen()).isTrue();
    assertThat(network.getPods(0).getPodName()).isEqualTo(Requests.pod().getMetadata().getName());
    assertThat(network.getPods(0).getIpsList()).containsExactly("10.88.0.5", "fd00::5");
    assertThat(network.getPods(1).getPodId()).isEqualTo("beef");
    assertThat(network.getPods(1).getPodName()).isEmpty();
  }

  @Test
  void theNodesOfTheOverlayAreListedWhereThereIsOne() {
    var request = ListNetworksRequest.getDefaultInstance();
    assertThat(networks.listNetworks(request).hasOverlay()).isFalse();
    server.node.overlay =
        new OverlaySummary(
            "etcd",
            "etcd does not answer",
            List.of(
                new OverlaySummary.Node("m", "192.0.2.1", List.of("10.244.1.0/24"), true, 0),
                new OverlaySummary.Node("a", "192.0.2.2", List.of("10.244.2.0/24"), false, 60)),
            List.of("node b is left out"));
    Overlay overlay = networks.listNetworks(request).getOverlay();
    assertThat(overlay.getProblem()).isEqualTo("etcd does not answer");
    assertThat(overlay.getLeftOutList()).containsExactly("node b is left out");
    assertThat(overlay.getNodes(0).getSelf()).isTrue();
    assertThat(overlay.getNodes(1))
        .isEqualTo(
            OverlayNode.newBuilder()
                .setName("a")
                .setAddress("192.0.2.2")
                .addBlocks("10.244.2.0/24")
                .setSeenWithinSeconds(60)
                .build());
  }

  @Test
  void aPodWithoutNetworkFailsItsCheck() {
    String pod = pod();
    var request = CheckPodNetworkRequest.newBuilder().setPodId(pod).build();
    networks.checkPodNetwork(request);
    runtime.stopPodSandbox(StopPodSandboxRequest.newBuilder().setPodSandboxId(pod).build());
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> networks.checkPodNetwork(request))
        .satisfies(
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION));
  }

  @Test
  void theNodesPodRangeOfBothFamiliesIsTakenOver() {
    update("10.244.1.7/24,fd00:244::/64");
    assertThat(server.node.podBlocks)
        .containsExactly(IpPrefix.parse("10.244.1.0/24"), IpPrefix.parse("fd00:244::/64"));
    update("");
    assertThat(server.node.podBlocks).hasSize(2);
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> update("10.244"))
        .withMessageContaining("runtime_config.network_config.pod_cidr is 10.244; give one or two");
  }

  private void update(String podCidr) {
    var network = NetworkConfig.newBuilder().setPodCidr(podCidr);
    var request =
        UpdateRuntimeConfigRequest.newBuilder()
            .setRuntimeConfig(RuntimeConfig.newBuilder().setNetworkConfig(network))
            .build();
    var _ = runtime.updateRuntimeConfig(request);
  }
}
