package io.gantry.rpc;

import io.gantry.api.cri.v1.AttachRequest;
import io.gantry.api.cri.v1.AttachResponse;
import io.gantry.api.cri.v1.ContainerEventResponse;
import io.gantry.api.cri.v1.ContainerStatsRequest;
import io.gantry.api.cri.v1.ContainerStatsResponse;
import io.gantry.api.cri.v1.ContainerStatusRequest;
import io.gantry.api.cri.v1.ContainerStatusResponse;
import io.gantry.api.cri.v1.CreateContainerRequest;
import io.gantry.api.cri.v1.CreateContainerResponse;
import io.gantry.api.cri.v1.ExecRequest;
import io.gantry.api.cri.v1.ExecResponse;
import io.gantry.api.cri.v1.ExecSyncRequest;
import io.gantry.api.cri.v1.ExecSyncResponse;
import io.gantry.api.cri.v1.GetEventsRequest;
import io.gantry.api.cri.v1.ListContainerStatsRequest;
import io.gantry.api.cri.v1.ListContainerStatsResponse;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.api.cri.v1.ListContainersResponse;
import io.gantry.api.cri.v1.ListMetricDescriptorsRequest;
import io.gantry.api.cri.v1.ListMetricDescriptorsResponse;
import io.gantry.api.cri.v1.ListPodSandboxMetricsRequest;
import io.gantry.api.cri.v1.ListPodSandboxMetricsResponse;
import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.ListPodSandboxResponse;
import io.gantry.api.cri.v1.ListPodSandboxStatsRequest;
import io.gantry.api.cri.v1.ListPodSandboxStatsResponse;
import io.gantry.api.cri.v1.PodSandboxStatsRequest;
import io.gantry.api.cri.v1.PodSandboxStatsResponse;
import io.gantry.api.cri.v1.PodSandboxStatusRequest;
import io.gantry.api.cri.v1.PodSandboxStatusResponse;
import io.gantry.api.cri.v1.PortForwardRequest;
import io.gantry.api.cri.v1.PortForwardResponse;
import io.gantry.api.cri.v1.RemoveContainerRequest;
import io.gantry.api.cri.v1.RemoveContainerResponse;
import io.gantry.api.cri.v1.RemovePodSandboxRequest;
import io.gantry.api.cri.v1.RemovePodSandboxResponse;
import io.gantry.api.cri.v1.ReopenContainerLogRequest;
import io.gantry.api.cri.v1.ReopenContainerLogResponse;
import io.gantry.api.cri.v1.RunPodSandboxRequest;
import io.gantry.api.cri.v1.RunPodSandboxResponse;
import io.gantry.api.cri.v1.RuntimeConfigRequest;
import io.gantry.api.cri.v1.RuntimeConfigResponse;
import io.gantry.api.cri.v1.RuntimeServiceGrpc;
import io.gantry.api.cri.v1.StartContainerRequest;
import io.gantry.api.cri.v1.StartContainerResponse;
import io.gantry.api.cri.v1.StatusRequest;
import io.gantry.api.cri.v1.StatusResponse;
import io.gantry.api.cri.v1.StopContainerRequest;
import io.gantry.api.cri.v1.StopContainerResponse;
import io.gantry.api.cri.v1.StopPodSandboxRequest;
import io.gantry.api.cri.v1.StopPodSandboxResponse;
import io.gantry.api.cri.v1.StreamContainerStatsRequest;
import io.gantry.api.cri.v1.StreamContainerStatsResponse;
import io.gantry.api.cri.v1.StreamContainersRequest;
import io.gantry.api.cri.v1.StreamContainersResponse;
import io.gantry.api.cri.v1.StreamPodSandboxMetricsRequest;
import io.gantry.api.cri.v1.StreamPodSandboxMetricsResponse;
import io.gantry.api.cri.v1.StreamPodSandboxStatsRequest;
import io.gantry.api.cri.v1.StreamPodSandboxStatsResponse;
import io.gantry.api.cri.v1.StreamPodSandboxesRequest;
import io.gantry.api.cri.v1.StreamPodSandboxesResponse;
import io.gantry.api.cri.v1.UpdateContainerResourcesRequest;
import io.gantry.api.cri.v1.UpdateContainerResourcesResponse;
import io.gantry.api.cri.v1.UpdatePodSandboxResourcesRequest;
import io.gantry.api.cri.v1.UpdatePodSandboxResourcesResponse;
import io.gantry.api.cri.v1.UpdateRuntimeConfigRequest;
import io.gantry.api.cri.v1.UpdateRuntimeConfigResponse;
import io.gantry.api.cri.v1.VersionRequest;
import io.gantry.api.cri.v1.VersionResponse;
import io.grpc.stub.StreamObserver;

/**
 * CRI RuntimeService: each RPC goes to the class of its group. RPCs without a method here answer
 * UNIMPLEMENTED with their name, which the generated base class does.
 */
final class RuntimeRpc extends RuntimeServiceGrpc.RuntimeServiceImplBase {

  private final RuntimeCalls runtime;
  private final PodCalls pods;
  private final ContainerCalls containers;
  private final StatsCalls stats;
  private final StreamCalls streams;
  private final EventCalls events;

  RuntimeRpc(
      RuntimeCalls runtime,
      PodCalls pods,
      ContainerCalls containers,
      StatsCalls stats,
      StreamCalls streams,
      EventCalls events) {
    this.runtime = runtime;
    this.pods = pods;
    this.containers = containers;
    this.stats = stats;
    this.streams = streams;
    this.events = events;
  }

  @Override
  public void version(VersionRequest request, StreamObserver<VersionResponse> observer) {
    Answers.one(observer, runtime::version);
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
    Answers.one(observer, () -> runtime.status(request));
  }

  @Override
  public void runtimeConfig(
      RuntimeConfigRequest request, StreamObserver<RuntimeConfigResponse> observer) {
    Answers.one(observer, runtime::config);
  }

  @Override
  public void updateRuntimeConfig(
      UpdateRuntimeConfigRequest request, StreamObserver<UpdateRuntimeConfigResponse> observer) {
    Answers.one(observer, () -> runtime.update(request));
  }

  @Override
  public void runPodSandbox(
      RunPodSandboxRequest request, StreamObserver<RunPodSandboxResponse> observer) {
    Answers.one(observer, () -> pods.run(request));
  }

  @Override
  public void stopPodSandbox(
      StopPodSandboxRequest request, StreamObserver<StopPodSandboxResponse> observer) {
    Answers.one(observer, () -> pods.stop(request));
  }

  @Override
  public void removePodSandbox(
      RemovePodSandboxRequest request, StreamObserver<RemovePodSandboxResponse> observer) {
    Answers.one(observer, () -> pods.remove(request));
  }

  @Override
  public void podSandboxStatus(
      PodSandboxStatusRequest request, StreamObserver<PodSandboxStatusResponse> observer) {
    Answers.one(observer, () -> pods.status(request));
  }

  @Override
  public void listPodSandbox(
      ListPodSandboxRequest request, StreamObserver<ListPodSandboxResponse> observer) {
    Answers.one(observer, () -> pods.list(request));
  }

  @Override
  public void streamPodSandboxes(
      StreamPodSandboxesRequest request, StreamObserver<StreamPodSandboxesResponse> observer) {
    Answers.parts(
        observer,
        pods.rows(request.getFilter()),
        rows -> StreamPodSandboxesResponse.newBuilder().addAllPodSandboxes(rows).build());
  }

  @Override
  public void createContainer(
      CreateContainerRequest request, StreamObserver<CreateContainerResponse> observer) {
    Answers.one(observer, () -> containers.create(request));
  }

  @Override
  public void startContainer(
      StartContainerRequest request, StreamObserver<StartContainerResponse> observer) {
    Answers.one(observer, () -> containers.start(request));
  }

  @Override
  public void stopContainer(
      StopContainerRequest request, StreamObserver<StopContainerResponse> observer) {
    Answers.one(observer, () -> containers.stop(request));
  }

  @Override
  public void removeContainer(
      RemoveContainerRequest request, StreamObserver<RemoveContainerResponse> observer) {
    Answers.one(observer, () -> containers.remove(request));
  }

  @Override
  public void containerStatus(
      ContainerStatusRequest request, StreamObserver<ContainerStatusResponse> observer) {
    Answers.one(observer, () -> containers.status(request));
  }

  @Override
  public void listContainers(
      ListContainersRequest request, StreamObserver<ListContainersResponse> observer) {
    Answers.one(observer, () -> containers.list(request));
  }

  @Override
  public void streamContainers(
      StreamContainersRequest request, StreamObserver<StreamContainersResponse> observer) {
    Answers.parts(
        observer,
        containers.rows(request.getFilter()),
        rows -> StreamContainersResponse.newBuilder().addAllContainers(rows).build());
  }

  @Override
  public void updateContainerResources(
      UpdateContainerResourcesRequest request,
      StreamObserver<UpdateContainerResourcesResponse> observer) {
    Answers.one(observer, () -> containers.update(request));
  }

  @Override
  public void updatePodSandboxResources(
      UpdatePodSandboxResourcesRequest request,
      StreamObserver<UpdatePodSandboxResourcesResponse> observer) {
    Answers.one(observer, () -> pods.update(request));
  }

  @Override
  public void reopenContainerLog(
      ReopenContainerLogRequest request, StreamObserver<ReopenContainerLogResponse> observer) {
    Answers.one(observer, () -> containers.reopenLog(request));
  }

  @Override
  public void execSync(ExecSyncRequest request, StreamObserver<ExecSyncResponse> observer) {
    Answers.one(observer, () -> containers.execSync(request));
  }

  @Override
  public void containerStats(
      ContainerStatsRequest request, StreamObserver<ContainerStatsResponse> observer) {
    Answers.one(observer, () -> stats.container(request));
  }

  @Override
  public void listContainerStats(
      ListContainerStatsRequest request, StreamObserver<ListContainerStatsResponse> observer) {
    Answers.one(observer, () -> stats.containers(request));
  }

  @Override
  public void streamContainerStats(
      StreamContainerStatsRequest request, StreamObserver<StreamContainerStatsResponse> observer) {
    Answers.parts(
        observer,
        stats.containerRows(request.getFilter()),
        rows -> StreamContainerStatsResponse.newBuilder().addAllContainerStats(rows).build());
  }

  @Override
  public void podSandboxStats(
      PodSandboxStatsRequest request, StreamObserver<PodSandboxStatsResponse> observer) {
    Answers.one(observer, () -> stats.pod(request));
  }

  @Override
  public void listPodSandboxStats(
      ListPodSandboxStatsRequest request, StreamObserver<ListPodSandboxStatsResponse> observer) {
    Answers.one(observer, () -> stats.pods(request));
  }

  @Override
  public void streamPodSandboxStats(
      StreamPodSandboxStatsRequest request,
      StreamObserver<StreamPodSandboxStatsResponse> observer) {
    Answers.parts(
        observer,
        stats.podRows(request.getFilter()),
        rows -> StreamPodSandboxStatsResponse.newBuilder().addAllPodSandboxStats(rows).build());
  }

  @Override
  public void listMetricDescriptors(
      ListMetricDescriptorsRequest request,
      StreamObserver<ListMetricDescriptorsResponse> observer) {
    Answers.one(observer, stats::descriptors);
  }

  @Override
  public void listPodSandboxMetrics(
      ListPodSandboxMetricsRequest request,
      StreamObserver<ListPodSandboxMetricsResponse> observer) {
    Answers.one(observer, stats::metrics);
  }

  @Override
  public void streamPodSandboxMetrics(
      StreamPodSandboxMetricsRequest request,
      StreamObserver<StreamPodSandboxMetricsResponse> observer) {
    Answers.parts(
        observer,
        stats.metricRows(),
        rows -> StreamPodSandboxMetricsResponse.newBuilder().addAllPodSandboxMetrics(rows).build());
  }

  @Override
  public void exec(ExecRequest request, StreamObserver<ExecResponse> observer) {
    Answers.one(observer, () -> streams.exec(request));
  }

  @Override
  public void attach(AttachRequest request, StreamObserver<AttachResponse> observer) {
    Answers.one(observer, () -> streams.attach(request));
  }

  @Override
  public void portForward(
      PortForwardRequest request, StreamObserver<PortForwardResponse> observer) {
    Answers.one(observer, () -> streams.portForward(request));
  }

  @Override
  public void getContainerEvents(
      GetEventsRequest request, StreamObserver<ContainerEventResponse> observer) {
    events.stream(observer);
  }
}
