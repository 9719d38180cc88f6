package io.gantry.conformance.cri;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerMetadata;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.LinuxContainerConfig;
import io.gantry.api.cri.v1.LinuxContainerSecurityContext;
import io.gantry.api.cri.v1.LinuxPodSandboxConfig;
import io.gantry.api.cri.v1.LinuxSandboxSecurityContext;
import io.gantry.api.cri.v1.NamespaceMode;
import io.gantry.api.cri.v1.NamespaceOption;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.PodSandboxMetadata;
import io.gantry.api.cri.v1.SecurityProfile;
import io.gantry.api.cri.v1.SecurityProfile.ProfileType;
import java.util.List;
import java.util.UUID;

/** Configurations as kubelet sends them, for tests to change where they have something to say. */
public final class Drafts {

  /** What kubelet asks for unless a pod's procMount says otherwise. */
  private static final List<String> MASKED =
      List.of(
          "/proc/asound",
          "/proc/acpi",
          "/proc/interrupts",
          "/proc/kcore",
          "/proc/keys",
          "/proc/latency_stats",
          "/proc/timer_list",
          "/proc/timer_stats",
          "/proc/sched_debug",
          "/proc/scsi",
          "/sys/firmware",
          "/sys/devices/virtual/powercap");

  private static final List<String> READ_ONLY =
      List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

  private Drafts() {}

  /** The namespaces that kubelet asks for: a process namespace for each container. */
  public static NamespaceOption kubeletNamespaces() {
    return NamespaceOption.newBuilder().setPid(NamespaceMode.CONTAINER).build();
  }

  /** A pod with a name nobody used before, with the pod network. */
  public static PodSandboxConfig.Builder pod(String name) {
    LinuxSandboxSecurityContext security =
        LinuxSandboxSecurityContext.newBuilder().setNamespaceOptions(kubeletNamespaces()).build();
    return PodSandboxConfig.newBuilder()
        .setMetadata(
            PodSandboxMetadata.newBuilder()
                .setName(name)
                .setNamespace("conformance")
                .setUid(UUID.randomUUID().toString()))
        .setHostname(name)
        .setLinux(LinuxPodSandboxConfig.newBuilder().setSecurityContext(security));
  }

  /** A container that runs a command, with the runtime's own filter of system calls. */
  public static ContainerConfig.Builder container(String name, String image, String... command) {
    LinuxContainerSecurityContext security =
        LinuxContainerSecurityContext.newBuilder()
            .setNamespaceOptions(kubeletNamespaces())
            .setSeccomp(SecurityProfile.newBuilder().setProfileType(ProfileType.RuntimeDefault))
            .addAllMaskedPaths(MASKED)
            .addAllReadonlyPaths(READ_ONLY)
            .build();
    return ContainerConfig.newBuilder()
        .setMetadata(ContainerMetadata.newBuilder().setName(name))
        .setImage(ImageSpec.newBuilder().setImage(image))
        .addAllCommand(List.of(command))
        .setLinux(LinuxContainerConfig.newBuilder().setSecurityContext(security));
  }

  /** A container that runs a shell script. */
  public static ContainerConfig.Builder script(String name, String image, String script) {
    return container(name, image, "/bin/sh", "-c", script);
  }
}
