package io.gantry.rpc;

import io.gantry.container.ContainerService;
import io.gantry.pod.PodService;
import io.grpc.BindableService;
import java.util.List;

/** Everything that clients can ask for, and who answers it. */
public record Edge(
    PodService pods, ContainerService containers, NodeStatus node, ObjectDetails details) {

  List<BindableService> services() {
    ContainerCalls containerCalls =
        new ContainerCalls(pods, containers, container -> container.spec().image(), details);
    PodCalls podCalls = new PodCalls(pods, node, details);
    return List.of(new RuntimeRpc(new RuntimeCalls(node), podCalls, containerCalls));
  }
}
