package io.gantry.oci;

import io.gantry.container.AppArmorChoice;
import io.gantry.container.ContainerMetadata;
import io.gantry.container.ContainerSpec;
import io.gantry.container.DeviceSpec;
import io.gantry.container.Hook;
import io.gantry.container.ImageNote;
import io.gantry.container.MountSpec;
import io.gantry.container.ResourceSpec;
import io.gantry.container.SeccompChoice;
import io.gantry.container.SecuritySpec;
import io.gantry.image.manifest.ImageConfig;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.pod.NamespaceMode;
import io.gantry.pod.NamespaceOptions;
import io.gantry.pod.UserMapping;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A request for a container, changed field by field; what is not said is what crictl sends. */
final class Requests {

  Set<String> added = Set.of();
  Set<String> dropped = Set.of();
  boolean privileged;
  NamespaceMode pid = NamespaceMode.CONTAINER;
  NamespaceMode ipc = NamespaceMode.POD;
  OptionalLong user = OptionalLong.empty();
  OptionalLong group = OptionalLong.empty();
  String username = "";
  boolean readOnlyRootfs;
  List<Long> supplementalGroups = List.of();
  boolean strictGroups;
  boolean noNewPrivileges;
  List<String> masked = List.of();
  List<String> readOnlyPaths = List.of();
  AppArmorChoice appArmor = new AppArmorChoice.Unconfined();
  SeccompChoice seccomp = new SeccompChoice.Unconfined();
  List<String> command = List.of();
  List<String> arguments = List.of();
  List<String> environment = List.of();
  Set<String> ambient = Set.of();
  String workingDirectory = "";
  List<MountSpec> mounts = List.of();
  List<DeviceSpec> devices = List.of();
  List<Hook> hooks = List.of();
  boolean stdin;
  boolean tty;
  int oomScoreAdjustment;
  @Nullable UserMapping users;

  SecuritySpec security() {
    return new SecuritySpec(
        added,
        dropped,
        ambient,
        privileged,
        new NamespaceOptions(NamespaceMode.POD, pid, ipc, "", users),
        user,
        group,
        username,
        readOnlyRootfs,
        supplementalGroups,
        strictGroups,
        noNewPrivileges,
        masked,
        readOnlyPaths,
        seccomp,
        appArmor);
  }

  ContainerSpec spec() {
    return new ContainerSpec(
        new ContainerMetadata("web", 0),
        "example.com/web:1",
        command,
        arguments,
        workingDirectory,
        environment,
        mounts,
        devices,
        List.of(),
        new TreeMap<>(),
        new TreeMap<>(),
        "",
        stdin,
        false,
        tty,
        "",
        new ResourceSpec(CgroupLimits.NONE, oomScoreAdjustment),
        security(),
        ImageNote.NONE,
        hooks);
  }

  static ImageConfig image(String user, List<String> env, List<String> entrypoint) {
    return new ImageConfig(
        "amd64",
        "linux",
        "",
        user,
        env,
        entrypoint,
        List.of(),
        "",
        "",
        List.of(),
        Map.of(),
        List.of(),
        List.of());
  }
}
