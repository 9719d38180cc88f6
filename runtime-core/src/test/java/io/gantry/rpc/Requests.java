package io.gantry.rpc;

import com.google.protobuf.ByteString;
import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerMetadata;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.KeyValue;
import io.gantry.api.cri.v1.LinuxContainerConfig;
import io.gantry.api.cri.v1.LinuxContainerResources;
import io.gantry.api.cri.v1.LinuxPodSandboxConfig;
import io.gantry.api.cri.v1.LinuxSandboxSecurityContext;
import io.gantry.api.cri.v1.NamespaceMode;
import io.gantry.api.cri.v1.NamespaceOption;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.PodSandboxMetadata;

/** Requests such as kubelet sends. */
final class Requests {

  private Requests() {}

  static PodSandboxConfig pod() {
    return PodSandboxConfig.newBuilder()
        .setMetadata(
            PodSandboxMetadata.newBuilder()
                .setName("web-0")
                .setUid("11-22")
                .setNamespace("shop")
                .setAttempt(2))
        .setHostname("web-0")
        .setLogDirectory("/var/log/pods/web-0")
        .putLabels("app", "web")
        .putAnnotations("note", "any")
        .setLinux(
            LinuxPodSandboxConfig.newBuilder()
                .setCgroupParent("/kubepods/pod1")
                .setSecurityContext(
                    LinuxSandboxSecurityContext.newBuilder()
                        .setNamespaceOptions(
                            NamespaceOption.newBuilder().setPid(NamespaceMode.CONTAINER))))
        .build();
  }

  static ContainerConfig container() {
    return ContainerConfig.newBuilder()
        .setMetadata(ContainerMetadata.newBuilder().setName("main").setAttempt(1))
        .setImage(ImageSpec.newBuilder().setImage("example.org/tool:1"))
        .addCommand("/bin/tool")
        .addArgs("--now")
        .addEnvs(KeyValue.newBuilder().setKey("COLOUR").setValue(ByteString.copyFromUtf8("blau")))
        .setLogPath("main/0.log")
        .setLinux(
            LinuxContainerConfig.newBuilder()
                .setResources(LinuxContainerResources.newBuilder().setCpuShares(512)))
        .build();
  }
}
