package io.gantry.rpc;

import io.gantry.container.ContainerService;
import io.gantry.image.ImageStore;
import io.gantry.pod.PodService;
import io.grpc.BindableService;
import java.util.List;

/** Everything that clients can ask for, and who answers it. */
public record Edge(
    PodService pods,
    ContainerService containers,
    ImageStore images,
    NodeStatus node,
    ObjectDetails details) {

  List<BindableService> services() {
    ImageCalls imageCalls = new ImageCalls(images);
    ContainerCalls containerCalls =
        new ContainerCalls(pods, containers, imageCalls::nameFor, details);
    PodCalls podCalls = new PodCalls(pods, node, details);
    OwnImageCalls ownCalls = new OwnImageCalls(images);
    LongCalls longCalls = new LongCalls();
    CommitCalls commitCalls = new CommitCalls(containers, images);
    return List.of(
        new RuntimeRpc(new RuntimeCalls(node), podCalls, containerCalls),
        new ImageRpc(imageCalls),
        new GantryImagesRpc(imageCalls, ownCalls, commitCalls, longCalls),
        new ImageWorkRpc(imageCalls, ownCalls, commitCalls, longCalls),
        new NetworksRpc(pods, node));
  }
}
