package io.gantry.conformance.cri;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.CreateContainerRequest;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.PodSandboxStatus;
import io.gantry.api.cri.v1.PodSandboxStatusRequest;
import io.gantry.api.cri.v1.RemovePodSandboxRequest;
import io.gantry.api.cri.v1.RunPodSandboxRequest;
import io.gantry.api.cri.v1.StartContainerRequest;
import io.gantry.api.cri.v1.StopPodSandboxRequest;
import java.nio.file.Path;

/** A pod that is there, with the configuration it came from. */
public record TestPod(CriClient client, PodSandboxConfig config, String id) {

  public static TestPod run(CriClient client, PodSandboxConfig config) {
    RunPodSandboxRequest request = RunPodSandboxRequest.newBuilder().setConfig(config).build();
    return new TestPod(client, config, client.runtime().runPodSandbox(request).getPodSandboxId());
  }

  public TestContainer create(ContainerConfig.Builder container) {
    ContainerConfig built = container.build();
    CreateContainerRequest request =
        CreateContainerRequest.newBuilder()
            .setPodSandboxId(id)
            .setConfig(built)
            .setSandboxConfig(config)
            .build();
    String containerId = client.runtime().createContainer(request).getContainerId();
    Path log = Path.of(config.getLogDirectory()).resolve(built.getLogPath());
    return new TestContainer(client, containerId, log);
  }

  public TestContainer start(ContainerConfig.Builder container) {
    TestContainer created = create(container);
    client
        .runtime()
        .startContainer(StartContainerRequest.newBuilder().setContainerId(created.id()).build());
    return created;
  }

  public PodSandboxStatus status() {
    PodSandboxStatusRequest request =
        PodSandboxStatusRequest.newBuilder().setPodSandboxId(id).build();
    return client.runtime().podSandboxStatus(request).getStatus();
  }

  /** The pod's primary address; empty with the host's network. */
  public String ip() {
    return status().getNetwork().getIp();
  }

  public void stop() {
    StopPodSandboxRequest request = StopPodSandboxRequest.newBuilder().setPodSandboxId(id).build();
    var _ = client.runtime().stopPodSandbox(request);
  }

  public void remove() {
    RemovePodSandboxRequest request =
        RemovePodSandboxRequest.newBuilder().setPodSandboxId(id).build();
    var _ = client.runtime().removePodSandbox(request);
  }
}
