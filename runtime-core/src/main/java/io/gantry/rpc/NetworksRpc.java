package io.gantry.rpc;

import io.gantry.api.gantry.v1.CheckPodNetworkRequest;
import io.gantry.api.gantry.v1.CheckPodNetworkResponse;
import io.gantry.api.gantry.v1.ListNetworksRequest;
import io.gantry.api.gantry.v1.ListNetworksResponse;
import io.gantry.api.gantry.v1.Network;
import io.gantry.api.gantry.v1.NetworksGrpc;
import io.gantry.api.gantry.v1.Overlay;
import io.gantry.api.gantry.v1.OverlayNode;
import io.gantry.api.gantry.v1.PodAddress;
import io.gantry.cni.NetworkSummary;
import io.gantry.cni.OverlaySummary;
import io.gantry.pod.Pod;
import io.gantry.pod.PodFilter;
import io.gantry.pod.PodNetworkRecord;
import io.gantry.pod.PodService;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** gantry.v1 Networks: what CRI has no word for. */
final class NetworksRpc extends NetworksGrpc.NetworksImplBase {

  private static final Field POD = Field.of("pod_id");

  private final PodService pods;
  private final NodeStatus node;

  NetworksRpc(PodService pods, NodeStatus node) {
    this.pods = pods;
    this.node = node;
  }

  @Override
  public void listNetworks(
      ListNetworksRequest request, StreamObserver<ListNetworksResponse> observer) {
    Answers.one(observer, this::list);
  }

  private ListNetworksResponse list() {
    Map<String, Pod> known =
        pods.list(PodFilter.ALL).stream()
            .collect(Collectors.toMap(pod -> pod.id().value(), Function.identity()));
    ListNetworksResponse.Builder response = ListNetworksResponse.newBuilder();
    node.networks().forEach(network -> response.addNetworks(message(network, known)));
    node.overlay().ifPresent(overlay -> response.setOverlay(message(overlay)));
    return response.build();
  }

  private static Overlay message(OverlaySummary overlay) {
    Overlay.Builder message =
        Overlay.newBuilder()
            .setSource(overlay.source())
            .setProblem(overlay.problem())
            .addAllLeftOut(overlay.leftOut());
    for (OverlaySummary.Node one : overlay.nodes()) {
      message.addNodes(
          OverlayNode.newBuilder()
              .setName(one.name())
              .setAddress(one.address())
              .addAllBlocks(one.blocks())
              .setSelf(one.self())
              .setSeenWithinSeconds(one.seenWithinSeconds()));
    }
    return message.build();
  }

  private static Network message(NetworkSummary network, Map<String, Pod> known) {
    Network.Builder message =
        Network.newBuilder()
            .setName(network.name())
            .setCniVersion(network.version())
            .setSource(network.source())
            .addAllPlugins(network.plugins())
            .addAllRanges(network.ranges())
            .setProblem(network.problem())
            .setChosen(network.chosen());
    network.pods().forEach(id -> message.addPods(address(id, Optional.ofNullable(known.get(id)))));
    return message.build();
  }

  /** A pod in the making is in no list yet. */
  private static PodAddress address(String id, Optional<Pod> pod) {
    PodAddress.Builder message = PodAddress.newBuilder().setPodId(id);
    pod.ifPresent(known -> {
      message.setPodName(known.spec().metadata().name());
      message.setPodNamespace(known.spec().metadata().namespace());
      PodNetworkRecord network = known.network();
      if (network != null) {
        message.addAllIps(network.ips());
      }
    });
    return message.build();
  }

  @Override
  public void checkPodNetwork(
      CheckPodNetworkRequest request, StreamObserver<CheckPodNetworkResponse> observer) {
    Answers.one(
        observer,
        () -> {
          pods.checkNetwork(POD.required(request.getPodId()));
          return CheckPodNetworkResponse.getDefaultInstance();
        });
  }
}
