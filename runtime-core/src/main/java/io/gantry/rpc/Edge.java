package io.gantry.rpc;

import io.gantry.container.ContainerService;
import io.gantry.event.LifeEvents;
import io.gantry.image.ImageStore;
import io.gantry.pod.PodService;
import io.gantry.stats.StatsService;
import io.gantry.streaming.StreamUrls;
import io.grpc.BindableService;
import java.util.List;

/** Everything that clients can ask for, and who answers it. */
public record Edge(
    PodService pods,
    ContainerService containers,
    ImageStore images,
    NodeStatus node,
    ObjectDetails details,
    StatsService stats,
    StreamUrls streams,
    LifeEvents events,
    RpcObserver observer) {

  List<BindableService> services() {
    ImageCalls imageCalls = new ImageCalls(images);
    ContainerCalls containerCalls =
        new ContainerCalls(pods, containers, imageCalls::nameFor, details);
    StatsCalls statsCalls = new StatsCalls(stats, imageCalls::nameFor);
    EventCalls eventCalls = new EventCalls(events, containerCalls::status);
    PodCalls podCalls = new PodCalls(pods, node, details);
    OwnImageCalls ownCalls = new OwnImageCalls(images);
    LongCalls longCalls = new LongCalls();
    CommitCalls commitCalls = new CommitCalls(containers, images);
    return List.of(
        new RuntimeRpc(
            new RuntimeCalls(node),
            podCalls,
            containerCalls,
            statsCalls,
            new StreamCalls(pods, containers, streams),
            eventCalls),
        new ImageRpc(imageCalls),
        new GantryImagesRpc(imageCalls, ownCalls, commitCalls, longCalls),
        new ImageWorkRpc(imageCalls, ownCalls, commitCalls, longCalls),
        new NetworksRpc(pods, node));
  }
}
