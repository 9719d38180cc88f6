package io.gantry.nri;

import io.gantry.api.nri.v1alpha1.CDIDevice;
import io.gantry.api.nri.v1alpha1.ContainerState;
import io.gantry.api.nri.v1alpha1.Image;
import io.gantry.api.nri.v1alpha1.LinuxContainer;
import io.gantry.api.nri.v1alpha1.LinuxDevice;
import io.gantry.api.nri.v1alpha1.LinuxPodSandbox;
import io.gantry.api.nri.v1alpha1.Mount;
import io.gantry.api.nri.v1alpha1.OptionalInt;
import io.gantry.api.nri.v1alpha1.POSIXRlimit;
import io.gantry.api.nri.v1alpha1.PodSandbox;
import io.gantry.container.Container;
import io.gantry.container.ContainerLauncher.Program;
import io.gantry.container.ContainerSpec;
import io.gantry.container.MountSpec;
import io.gantry.pod.Pod;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Pods and containers as plugins see them. */
final class Views {

  private Views() {}

  static PodSandbox pod(Pod pod) {
    PodSandbox.Builder view =
        PodSandbox.newBuilder()
            .setId(pod.id().value())
            .setName(pod.spec().metadata().name())
            .setUid(pod.spec().metadata().uid())
            .setNamespace(pod.spec().metadata().namespace())
            .putAllLabels(pod.spec().labels())
            .putAllAnnotations(pod.spec().annotations())
            .setRuntimeHandler(pod.spec().runtimeHandler())
            .setLinux(
                LinuxPodSandbox.newBuilder()
                    .setPodOverhead(ResourceForms.message(pod.spec().resources().overhead()))
                    .setPodResources(ResourceForms.message(pod.spec().resources().resources()))
                    .setCgroupParent(pod.spec().cgroupParent()));
    if (pod.network() != null) {
      view.addAllIps(pod.network().ips());
    }
    return view.build();
  }

  static io.gantry.api.nri.v1alpha1.Container container(Container container, Program program) {
    ContainerSpec spec = container.spec();
    var view =
        io.gantry.api.nri.v1alpha1.Container.newBuilder()
            .setId(container.id().value())
            .setPodSandboxId(container.pod().value())
            .setName(spec.metadata().name())
            .putAllLabels(spec.labels())
            .putAllAnnotations(spec.runtimeAnnotations())
            .addAllArgs(program.arguments())
            .addAllEnv(program.environment())
            .setLinux(linux(spec))
            .setCreatedAt(nanos(container.createdAt()))
            .setImage(
                Image.newBuilder()
                    .setName(spec.image())
                    .setDigest(container.image().reference())
                    .setConfigDigest(container.image().id()));
    spec.mounts().forEach(mount -> view.addMounts(mount(mount)));
    spec.cdiDevices().forEach(name -> view.addCDIDevices(CDIDevice.newBuilder().setName(name)));
    spec.rlimits()
        .forEach(limit ->
            view.addRlimits(
                POSIXRlimit.newBuilder()
                    .setType(limit.type())
                    .setSoft(limit.soft())
                    .setHard(limit.hard())));
    state(view, container.state());
    return view.build();
  }

  private static void state(
      io.gantry.api.nri.v1alpha1.Container.Builder view, io.gantry.container.ContainerState state) {
    switch (state) {
      case io.gantry.container.ContainerState.Creating _,
          io.gantry.container.ContainerState.Created _,
          io.gantry.container.ContainerState.Starting _ ->
          view.setState(ContainerState.CONTAINER_CREATED);
      case io.gantry.container.ContainerState.Running running ->
          view.setState(ContainerState.CONTAINER_RUNNING)
              .setPid(running.pid())
              .setStartedAt(nanos(running.startedAt()));
      case io.gantry.container.ContainerState.Exited exited -> ended(view, exited);
      case io.gantry.container.ContainerState.Removing removing -> ended(view, removing.last());
    }
  }

  private static void ended(
      io.gantry.api.nri.v1alpha1.Container.Builder view,
      io.gantry.container.ContainerState.Exited exited) {
    view.setState(ContainerState.CONTAINER_STOPPED)
        .setStartedAt(nanos(exited.startedAt()))
        .setFinishedAt(nanos(exited.finishedAt()))
        .setExitCode(exited.exitCode())
        .setStatusReason(exited.reason())
        .setStatusMessage(exited.message());
  }

  private static long nanos(@Nullable Instant at) {
    return at == null ? 0 : Math.addExact(at.getEpochSecond() * 1_000_000_000, at.getNano());
  }

  private static LinuxContainer linux(ContainerSpec spec) {
    LinuxContainer.Builder linux =
        LinuxContainer.newBuilder()
            .setResources(ResourceForms.message(spec.resources().limits()))
            .setOomScoreAdj(
                OptionalInt.newBuilder().setValue(spec.resources().oomScoreAdjustment()));
    spec.devices()
        .forEach(device -> {
          LinuxDevice.Builder view = LinuxDevice.newBuilder().setPath(device.containerPath());
          if (device.look() != null) {
            view.setType(device.look().type())
                .setMajor(device.look().major())
                .setMinor(device.look().minor());
          }
          linux.addDevices(view);
        });
    return linux.build();
  }

  private static Mount mount(MountSpec mount) {
    return Mount.newBuilder()
        .setDestination(mount.containerPath())
        .setSource(mount.hostPath())
        .setType("bind")
        .addOptions("rbind")
        .addOptions(mount.readOnly() ? "ro" : "rw")
        .build();
  }
}
