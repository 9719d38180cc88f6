package io.gantry.cli;

import io.gantry.api.gantry.v1.CheckPodNetworkRequest;
import io.gantry.api.gantry.v1.CheckPodNetworkResponse;
import io.gantry.api.gantry.v1.ListNetworksRequest;
import io.gantry.api.gantry.v1.ListNetworksResponse;
import io.gantry.api.gantry.v1.NetworksGrpc.NetworksImplBase;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** Networks of a {@link FakeNode}: one that serves, and a file that is none. */
final class FakeNetworks extends NetworksImplBase {
  private final FakeNode node;

  FakeNetworks(FakeNode node) {
    this.node = node;
  }

  @Override
  public void listNetworks(
      ListNetworksRequest request, StreamObserver<ListNetworksResponse> observer) {
    var answer = ListNetworksResponse.newBuilder();
    var own =
        answer
            .addNetworksBuilder()
            .setName("own")
            .setCniVersion("1.0.0")
            .setSource("/etc/cni/net.d/10-own.conflist")
            .addPlugins("bridge")
            .addPlugins("portmap")
            .addRanges("10.1.2.0/24")
            .setChosen(true);
    node.pods
        .values()
        .forEach(pod ->
            own.addPodsBuilder()
                .setPodId(pod.getId())
                .setPodName(pod.getMetadata().getName())
                .setPodNamespace(pod.getMetadata().getNamespace())
                .addIps("10.1.2.3"));
    answer.addNetworksBuilder().setSource("/etc/cni/net.d/20.conf").setProblem("20.conf:3: bad");
    node.overlay.ifPresent(answer::setOverlay);
    observer.onNext(answer.build());
    observer.onCompleted();
  }

  @Override
  public void checkPodNetwork(
      CheckPodNetworkRequest request, StreamObserver<CheckPodNetworkResponse> observer) {
    if (!node.pods.containsKey(request.getPodId())) {
      observer.onError(
          Status.NOT_FOUND.withDescription("no pod " + request.getPodId()).asRuntimeException());
      return;
    }
    observer.onNext(CheckPodNetworkResponse.getDefaultInstance());
    observer.onCompleted();
  }
}
