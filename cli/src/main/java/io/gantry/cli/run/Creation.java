package io.gantry.cli.run;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.CreateContainerRequest;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.RemovePodSandboxRequest;
import io.gantry.api.cri.v1.RunPodSandboxRequest;
import io.gantry.api.cri.v1.StartContainerRequest;
import io.gantry.api.cri.v1.StopPodSandboxRequest;
import io.gantry.cli.session.Connection;
import io.grpc.StatusRuntimeException;

/** Makes a pod with one running container, or nothing at all. */
record Creation(Connection connection, String handler) {
  /** What was made. */
  record Made(String podId, String containerId) {}

  /** Makes pod and container and starts it. What a failing step leaves is removed. */
  Made of(PodSandboxConfig pod, ContainerConfig container) {
    var podId =
        connection
            .runtimeWork()
            .runPodSandbox(
                RunPodSandboxRequest.newBuilder().setConfig(pod).setRuntimeHandler(handler).build())
            .getPodSandboxId();
    try {
      return new Made(podId, start(podId, pod, container));
    } catch (StatusRuntimeException e) {
      try {
        remove(podId);
      } catch (StatusRuntimeException cleanup) {
        e.addSuppressed(cleanup);
      }
      throw e;
    }
  }

  private String start(String podId, PodSandboxConfig pod, ContainerConfig container) {
    var creation =
        CreateContainerRequest.newBuilder()
            .setPodSandboxId(podId)
            .setConfig(container)
            .setSandboxConfig(pod)
            .build();
    var id = connection.runtimeWork().createContainer(creation).getContainerId();
    connection
        .runtimeWork()
        .startContainer(StartContainerRequest.newBuilder().setContainerId(id).build());
    return id;
  }

  /** Stops and removes the pod with everything in it. */
  void remove(String podId) {
    var runtime = connection.runtimeWork();
    runtime.stopPodSandbox(StopPodSandboxRequest.newBuilder().setPodSandboxId(podId).build());
    runtime.removePodSandbox(RemovePodSandboxRequest.newBuilder().setPodSandboxId(podId).build());
  }
}
