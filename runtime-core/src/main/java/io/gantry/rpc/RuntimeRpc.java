package io.gantry.rpc;

import io.gantry.api.cri.v1.ContainerStatusRequest;
import io.gantry.api.cri.v1.ContainerStatusResponse;
import io.gantry.api.cri.v1.CreateContainerRequest;
import io.gantry.api.cri.v1.CreateContainerResponse;
import io.gantry.api.cri.v1.ExecSyncRequest;
import io.gantry.api.cri.v1.ExecSyncResponse;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.api.cri.v1.ListContainersResponse;
import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.ListPodSandboxResponse;
import io.gantry.api.cri.v1.PodSandboxStatusRequest;
import io.gantry.api.cri.v1.PodSandboxStatusResponse;
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
import io.gantry.api.cri.v1.StreamContainersRequest;
import io.gantry.api.cri.v1.StreamContainersResponse;
import io.gantry.api.cri.v1.StreamPodSandboxesRequest;
import io.gantry.api.cri.v1.StreamPodSandboxesResponse;
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

  RuntimeRpc(RuntimeCalls runtime, PodCalls pods, ContainerCalls containers) {
    this.runtime = runtime;
    this.pods = pods;
    this.containers = containers;
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
  public void reopenContainerLog(
      ReopenContainerLogRequest request, StreamObserver<ReopenContainerLogResponse> observer) {
    Answers.one(observer, () -> containers.reopenLog(request));
  }

  @Override
  public void execSync(ExecSyncRequest request, StreamObserver<ExecSyncResponse> observer) {
    Answers.one(observer, () -> containers.execSync(request));
  }
}
