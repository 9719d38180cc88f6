package io.gantry.cli;

import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ContainerStatusRequest;
import io.gantry.api.cri.v1.ContainerStatusResponse;
import io.gantry.api.cri.v1.CreateContainerRequest;
import io.gantry.api.cri.v1.CreateContainerResponse;
import io.gantry.api.cri.v1.ExecSyncRequest;
import io.gantry.api.cri.v1.ExecSyncResponse;
import io.gantry.api.cri.v1.ListContainerStatsRequest;
import io.gantry.api.cri.v1.ListContainerStatsResponse;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.api.cri.v1.ListContainersResponse;
import io.gantry.api.cri.v1.ListPodSandboxMetricsRequest;
import io.gantry.api.cri.v1.ListPodSandboxMetricsResponse;
import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.ListPodSandboxResponse;
import io.gantry.api.cri.v1.ListPodSandboxStatsRequest;
import io.gantry.api.cri.v1.ListPodSandboxStatsResponse;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxStatusRequest;
import io.gantry.api.cri.v1.PodSandboxStatusResponse;
import io.gantry.api.cri.v1.RemoveContainerRequest;
import io.gantry.api.cri.v1.RemoveContainerResponse;
import io.gantry.api.cri.v1.RemovePodSandboxRequest;
import io.gantry.api.cri.v1.RemovePodSandboxResponse;
import io.gantry.api.cri.v1.RunPodSandboxRequest;
import io.gantry.api.cri.v1.RunPodSandboxResponse;
import io.gantry.api.cri.v1.RuntimeServiceGrpc.RuntimeServiceImplBase;
import io.gantry.api.cri.v1.StartContainerRequest;
import io.gantry.api.cri.v1.StartContainerResponse;
import io.gantry.api.cri.v1.StatusRequest;
import io.gantry.api.cri.v1.StatusResponse;
import io.gantry.api.cri.v1.StopContainerRequest;
import io.gantry.api.cri.v1.StopContainerResponse;
import io.gantry.api.cri.v1.StopPodSandboxRequest;
import io.gantry.api.cri.v1.StopPodSandboxResponse;
import io.gantry.api.cri.v1.VersionRequest;
import io.gantry.api.cri.v1.VersionResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Objects;

/** The runtime service of a {@link FakeNode}. */
final class FakeRuntime extends RuntimeServiceImplBase {
  private final FakeNode node;

  /** The first question is for the path of the log, and nobody leaves before it is answered. */
  private int asked;

  FakeRuntime(FakeNode node) {
    this.node = node;
  }

  @Override
  public void version(VersionRequest request, StreamObserver<VersionResponse> observer) {
    Answer.to(
        observer,
        () -> {
          node.check("Version");
          return VersionResponse.newBuilder()
              .setVersion("0.1.0")
              .setRuntimeName("fake")
              .setRuntimeVersion("1.2.3")
              .setRuntimeApiVersion("v1")
              .build();
        });
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
    var answer = StatusResponse.newBuilder();
    answer.getStatusBuilder().addConditionsBuilder().setType("RuntimeReady").setStatus(true);
    answer
        .getStatusBuilder()
        .addConditionsBuilder()
        .setType("NetworkReady")
        .setReason("NoConfig")
        .setMessage("no bridge");
    answer.addRuntimeHandlersBuilder();
    answer.getFeaturesBuilder().setSupplementalGroupsPolicy(true);
    if (request.getVerbose()) {
      answer.putInfo("config", "{\"root\":\"/var/lib/fake\"}").putInfo("note", "plain words");
    }
    Answer.to(observer, answer::build);
  }

  @Override
  public void listPodSandbox(
      ListPodSandboxRequest request, StreamObserver<ListPodSandboxResponse> observer) {
    var filter = request.getFilter();
    var found =
        node.pods.values().stream()
            .filter(pod -> !filter.hasState() || pod.getState() == filter.getState().getState())
            .filter(pod ->
                pod.getLabelsMap().entrySet().containsAll(filter.getLabelSelectorMap().entrySet()))
            .toList();
    Answer.to(observer, () -> ListPodSandboxResponse.newBuilder().addAllItems(found).build());
  }

  @Override
  public void podSandboxStatus(
      PodSandboxStatusRequest request, StreamObserver<PodSandboxStatusResponse> observer) {
    var pod = Objects.requireNonNull(node.pods.get(request.getPodSandboxId()));
    var answer = PodSandboxStatusResponse.newBuilder();
    answer
        .getStatusBuilder()
        .setId(pod.getId())
        .setMetadata(pod.getMetadata())
        .setState(pod.getState())
        .setCreatedAt(pod.getCreatedAt())
        .putAllLabels(pod.getLabelsMap())
        .getNetworkBuilder()
        .setIp("10.1.0.7");
    if (request.getVerbose()) {
      answer.putInfo("info", "{\"pid\":0}");
    }
    Answer.to(observer, answer::build);
  }

  @Override
  public void runPodSandbox(
      RunPodSandboxRequest request, StreamObserver<RunPodSandboxResponse> observer) {
    Answer.to(
        observer,
        () -> {
          node.enter("RunPodSandbox", request);
          var id = "d".repeat(64);
          node.put(
              PodSandbox.newBuilder()
                  .setId(id)
                  .setMetadata(request.getConfig().getMetadata())
                  .build());
          return RunPodSandboxResponse.newBuilder().setPodSandboxId(id).build();
        });
  }

  @Override
  public void stopPodSandbox(
      StopPodSandboxRequest request, StreamObserver<StopPodSandboxResponse> observer) {
    Answer.to(
        observer,
        () -> {
          node.enter("StopPodSandbox", request);
          node.stopPod(request.getPodSandboxId());
          return StopPodSandboxResponse.getDefaultInstance();
        });
  }

  @Override
  public void removePodSandbox(
      RemovePodSandboxRequest request, StreamObserver<RemovePodSandboxResponse> observer) {
    Answer.to(
        observer,
        () -> {
          node.enter("RemovePodSandbox", request);
          node.pods.remove(request.getPodSandboxId());
          return RemovePodSandboxResponse.getDefaultInstance();
        });
  }

  @Override
  public void listContainers(
      ListContainersRequest request, StreamObserver<ListContainersResponse> observer) {
    var filter = request.getFilter();
    var found =
        node.containers.values().stream()
            .filter(each -> !filter.hasState() || each.getState() == filter.getState().getState())
            .filter(each ->
                filter.getPodSandboxId().isEmpty()
                    || each.getPodSandboxId().equals(filter.getPodSandboxId()))
            .toList();
    Answer.to(observer, () -> ListContainersResponse.newBuilder().addAllContainers(found).build());
  }

  @Override
  public void containerStatus(
      ContainerStatusRequest request, StreamObserver<ContainerStatusResponse> observer) {
    Answer.to(
        observer,
        () -> {
          var status = node.statuses.get(request.getContainerId());
          if (node.away > 0 && asked++ > 0) {
            node.away--;
            throw Status.UNAVAILABLE.asRuntimeException();
          }
          if (status == null) {
            throw FakeNode.notFound("container");
          }
          var answer = ContainerStatusResponse.newBuilder().setStatus(status);
          if (request.getVerbose()) {
            answer.putInfo("info", "{\"pid\":42}");
          }
          return answer.build();
        });
  }

  @Override
  public void createContainer(
      CreateContainerRequest request, StreamObserver<CreateContainerResponse> observer) {
    Answer.to(
        observer,
        () -> {
          node.enter("CreateContainer", request);
          var id = "e".repeat(64);
          node.container(
              id,
              request.getPodSandboxId(),
              request.getConfig().getMetadata().getName(),
              ContainerState.CONTAINER_CREATED);
          return CreateContainerResponse.newBuilder().setContainerId(id).build();
        });
  }

  @Override
  public void startContainer(
      StartContainerRequest request, StreamObserver<StartContainerResponse> observer) {
    Answer.to(
        observer,
        () -> {
          node.enter("StartContainer", request);
          node.change(
              request.getContainerId(),
              status ->
                  node.program.apply(
                      status.toBuilder().setState(ContainerState.CONTAINER_RUNNING).build()));
          return StartContainerResponse.getDefaultInstance();
        });
  }

  @Override
  public void stopContainer(
      StopContainerRequest request, StreamObserver<StopContainerResponse> observer) {
    Answer.to(
        observer,
        () -> {
          node.enter("StopContainer", request);
          return StopContainerResponse.getDefaultInstance();
        });
  }

  @Override
  public void removeContainer(
      RemoveContainerRequest request, StreamObserver<RemoveContainerResponse> observer) {
    Answer.to(
        observer,
        () -> {
          node.enter("RemoveContainer", request);
          node.containers.remove(request.getContainerId());
          return RemoveContainerResponse.getDefaultInstance();
        });
  }

  @Override
  public void execSync(ExecSyncRequest request, StreamObserver<ExecSyncResponse> observer) {
    Answer.to(
        observer,
        () -> {
          node.enter("ExecSync", request);
          return node.command.apply(request);
        });
  }

  @Override
  public void listContainerStats(
      ListContainerStatsRequest request, StreamObserver<ListContainerStatsResponse> observer) {
    Answer.to(observer, () -> node.use.containers(request.getFilter()));
  }

  @Override
  public void listPodSandboxStats(
      ListPodSandboxStatsRequest request, StreamObserver<ListPodSandboxStatsResponse> observer) {
    Answer.to(observer, () -> node.use.pods(request.getFilter()));
  }

  @Override
  public void listPodSandboxMetrics(
      ListPodSandboxMetricsRequest request,
      StreamObserver<ListPodSandboxMetricsResponse> observer) {
    Answer.to(observer, node.use::metrics);
  }
}
