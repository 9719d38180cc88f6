package io.gantry.rpc;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerStatus;
import io.gantry.api.cri.v1.ContainerStatusRequest;
import io.gantry.api.cri.v1.ContainerStatusResponse;
import io.gantry.api.cri.v1.CreateContainerRequest;
import io.gantry.api.cri.v1.CreateContainerResponse;
import io.gantry.api.cri.v1.ExecSyncRequest;
import io.gantry.api.cri.v1.ExecSyncResponse;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.api.cri.v1.ListContainersResponse;
import io.gantry.api.cri.v1.RemoveContainerRequest;
import io.gantry.api.cri.v1.RemoveContainerResponse;
import io.gantry.api.cri.v1.ReopenContainerLogRequest;
import io.gantry.api.cri.v1.ReopenContainerLogResponse;
import io.gantry.api.cri.v1.StartContainerRequest;
import io.gantry.api.cri.v1.StartContainerResponse;
import io.gantry.api.cri.v1.StopContainerRequest;
import io.gantry.api.cri.v1.StopContainerResponse;
import io.gantry.api.cri.v1.UpdateContainerResourcesRequest;
import io.gantry.api.cri.v1.UpdateContainerResourcesResponse;
import io.gantry.container.Container;
import io.gantry.container.ContainerService;
import io.gantry.container.ContainerSpec;
import io.gantry.container.ContainerState;
import io.gantry.pod.Pod;
import io.gantry.pod.PodService;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The RPCs of containers. */
final class ContainerCalls {

  private static final Field ID = Field.of("container_id");

  private final PodService pods;
  private final ContainerService containers;
  private final Function<Container, String> imageName;
  private final ObjectDetails details;

  /**
   * @param imageName what a person calls the image of a container
   */
  ContainerCalls(
      PodService pods,
      ContainerService containers,
      Function<Container, String> imageName,
      ObjectDetails details) {
    this.pods = pods;
    this.containers = containers;
    this.imageName = imageName;
    this.details = details;
  }

  CreateContainerResponse create(CreateContainerRequest request) {
    String podId = Field.of("pod_sandbox_id").required(request.getPodSandboxId());
    Field.of("config").presentIf(request.hasConfig());
    ContainerConfig config = request.getConfig();
    Pod pod = pods.pod(podId);
    ContainerSpec spec = ContainerMessages.spec(config, pod);
    String id = containers.create(pod.id().value(), spec).value();
    return CreateContainerResponse.newBuilder().setContainerId(id).build();
  }

  StartContainerResponse start(StartContainerRequest request) {
    containers.start(ID.required(request.getContainerId()));
    return StartContainerResponse.getDefaultInstance();
  }

  StopContainerResponse stop(StopContainerRequest request) {
    String id = ID.required(request.getContainerId());
    containers.stop(id, Times.span(request.getTimeout(), Field.of("timeout")));
    return StopContainerResponse.getDefaultInstance();
  }

  RemoveContainerResponse remove(RemoveContainerRequest request) {
    containers.remove(ID.required(request.getContainerId()));
    return RemoveContainerResponse.getDefaultInstance();
  }

  ContainerStatusResponse status(ContainerStatusRequest request) {
    Container container = containers.container(ID.required(request.getContainerId()));
    ContainerStatusResponse.Builder response =
        ContainerStatusResponse.newBuilder().setStatus(status(container));
    if (request.getVerbose()) {
      response.putInfo("info", Documents.json(info(container)));
    }
    return response.build();
  }

  /** As ContainerStatus tells it. */
  ContainerStatus status(Container container) {
    ContainerStatus status = ContainerAnswers.status(container, imageName.apply(container));
    return details
        .identity(container)
        .map(user -> status.toBuilder().setUser(ContainerAnswers.user(user)).build())
        .orElse(status);
  }

  private Map<String, Object> info(Container container) {
    Map<String, Object> info = new LinkedHashMap<>();
    info.put("sandboxID", container.pod().value());
    info.put("pid", container.state() instanceof ContainerState.Running r ? r.pid() : 0);
    info.put("state", Documents.name(container.state()));
    info.putAll(details.of(container));
    info.put("config", container.spec());
    return info;
  }

  ListContainersResponse list(ListContainersRequest request) {
    return ListContainersResponse.newBuilder().addAllContainers(rows(request.getFilter())).build();
  }

  List<io.gantry.api.cri.v1.Container> rows(io.gantry.api.cri.v1.ContainerFilter filter) {
    return containers.list(ContainerMessages.filter(filter)).stream()
        .map(container -> ContainerAnswers.row(container, imageName.apply(container)))
        .toList();
  }

  UpdateContainerResourcesResponse update(UpdateContainerResourcesRequest request) {
    String id = ID.required(request.getContainerId());
    Field linux = Field.of("linux");
    linux.presentIf(request.hasLinux());
    containers.resize(id, ResourceMessages.spec(request.getLinux(), linux).limits());
    return UpdateContainerResourcesResponse.getDefaultInstance();
  }

  ReopenContainerLogResponse reopenLog(ReopenContainerLogRequest request) {
    containers.reopenLog(ID.required(request.getContainerId()));
    return ReopenContainerLogResponse.getDefaultInstance();
  }

  ExecSyncResponse execSync(ExecSyncRequest request) throws IOException {
    String id = ID.required(request.getContainerId());
    Field command = Field.of("cmd");
    command.presentIf(request.getCmdCount() > 0);
    command.item(0).required(request.getCmd(0));
    Duration timeout = Times.span(request.getTimeout(), Field.of("timeout"));
    List<String> words = ContainerMessages.words(request.getCmdList(), command);
    return ContainerAnswers.outcome(
        Cancellable.run(() -> containers.execSync(id, List.copyOf(words), timeout)));
  }
}
