package io.gantry.launch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.cdi.CdiEditing;
import io.gantry.container.Container;
import io.gantry.container.ContainerId;
import io.gantry.container.ContainerLauncher;
import io.gantry.container.ContainerProcess;
import io.gantry.container.ContainerSpec;
import io.gantry.container.ContainerState;
import io.gantry.container.Hook;
import io.gantry.container.ImageUse;
import io.gantry.container.MountSpec;
import io.gantry.error.Subject;
import io.gantry.error.UnavailableException;
import io.gantry.hooks.HookDirectories;
import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.ImageConfig;
import io.gantry.linux.Fd;
import io.gantry.linux.Namespace;
import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.oci.ContainerContext;
import io.gantry.oci.ContainerPlan;
import io.gantry.oci.ProcessSpec;
import io.gantry.oci.ProcessUser;
import io.gantry.oci.RuntimeSpecSource;
import io.gantry.oci.RuntimeSpecView;
import io.gantry.oci.StartHooks;
import io.gantry.pod.Pod;
import io.gantry.shim.Shim;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Starts containers on the machine's own kernel, each behind a shim. Safe for use by many threads.
 */
public final class KernelLauncher implements ContainerLauncher {

  /** From the spawn to the program, hooks aside. */
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final CdiEditing devices;
  private final HookDirectories hooks;
  private final ContainerImages images;
  private final Decisions decisions;
  private final PodParts pods;
  private final ContainerCgroups cgroups;
  private final Supervisors supervisors;
  private final LimitCheck limitCheck = new LimitCheck(Path.of("/sys"));
  private final Clock clock = Clock.systemUTC();

  public KernelLauncher(
      CdiEditing devices,
      HookDirectories hooks,
      ContainerImages images,
      Decisions decisions,
      PodParts pods,
      ContainerCgroups cgroups,
      Supervisors supervisors) {
    this.devices = devices;
    this.hooks = hooks;
    this.images = images;
    this.decisions = decisions;
    this.pods = pods;
    this.cgroups = cgroups;
    this.supervisors = supervisors;
  }

  /** The container in the words of the OCI runtime specification, for people who inspect it. */
  public ObjectNode runtimeSpec(Container container, Pod pod) throws IOException {
    Path root =
        container.state() instanceof ContainerState.Running running
            ? Path.of("/proc/" + running.pid() + "/root")
            : Path.of("rootfs");
    return runtimeSpec(container, pod, root);
  }

  private ObjectNode runtimeSpec(Container container, Pod pod, Path root) throws IOException {
    return RuntimeSpecView.of(
        new RuntimeSpecSource(
            images.withVolumes(container),
            decisions.of(container.id()),
            root,
            pod.hostname(),
            pods.files(pod),
            cgroups.layout(),
            cgroups.of(container),
            pods.pins(pod)));
  }

  /** Whom the container's first process runs as. */
  public ProcessUser user(Container container) throws IOException {
    return decisions.of(container.id()).user();
  }

  /** Paths of the pod's own namespaces that nsenter(1) takes, good while this process runs. */
  public Map<Namespace, Path> namespaces(Pod pod) {
    return pods.descriptors(pod);
  }

  @Override
  public ContainerSpec edited(ContainerSpec spec) {
    try {
      ContainerSpec edited = devices.edited(spec);
      return hooks.isEmpty()
          ? edited
          : hooks.edited(edited, decisions.program(edited, imageOf(spec)));
    } catch (IOException e) {
      throw new UnavailableException(
          new Subject("container", spec.metadata().name()),
          "read CDI devices and hooks: " + e,
          "look at the directories of [cdi] and [hooks] in the configuration",
          e);
    }
  }

  @Override
  public ContainerSpec withDevices(ContainerSpec spec, Set<String> names) {
    try {
      return devices.edited(spec, names);
    } catch (IOException e) {
      throw new UnavailableException(
          new Subject("container", spec.metadata().name()),
          "read CDI devices: " + e,
          "look at the directories of [cdi] in the configuration",
          e);
    }
  }

  @Override
  public Program program(Container container) {
    try {
      return container.state() instanceof ContainerState.Creating
          ? decisions.planned(container.spec(), images.config(container))
          : decisions.program(container.id());
    } catch (IOException e) {
      throw new UnavailableException(
          container.id().subject(),
          "read what container " + container.id().brief() + " executes: " + e,
          "look at its record and at its image",
          e);
    }
  }

  private ImageConfig imageOf(ContainerSpec spec) throws ImageException {
    return images.config(images.find(spec.image()).id());
  }

  @Override
  public ImageUse image(String reference) {
    return images.find(reference);
  }

  @Override
  public void check(CgroupLimits limits) {
    limitCheck.check(limits, cgroups.layout());
  }

  @Override
  public void prepare(Container container, Pod pod) throws IOException {
    Fd rootfs = images.prepare(container, pods.users(pod));
    decisions.make(container, pod, images.config(container), rootfs);
    checkVolumes(container, pod);
  }

  private void checkVolumes(Container container, Pod pod) throws IOException {
    if (MountSpec.images(container.spec().mounts()).stream().allMatch(v -> v.subPath().isEmpty())) {
      return;
    }
    List<Fd> volumes = images.volumes(container, pods.users(pod));
    try {
      decisions.check(container, volumes);
    } finally {
      volumes.forEach(Fd::close);
    }
  }

  @Override
  public ContainerProcess launch(Container container, Pod pod) throws IOException {
    ProcessSpec process = decisions.of(container.id());
    Cgroup cgroup = cgroups.create(container);
    try {
      return launch(container, pod, process, cgroup);
    } catch (IOException | RuntimeException e) {
      release(cgroup, e);
      throw e;
    }
  }

  private static void release(Cgroup cgroup, Exception reason) {
    try {
      cgroup.release();
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  private ContainerProcess launch(Container container, Pod pod, ProcessSpec process, Cgroup cgroup)
      throws IOException {
    try (PodParts.Joined joined = pods.join(pod, container);
        ContainerPlan plan = decisions.plan(context(container, pod, process, joined, cgroup))) {
      plan.deviceRules().applyTo(cgroup);
      ObjectNode bundle =
          container.spec().hooks().isEmpty()
              ? null
              : runtimeSpec(container, pod, StartHooks.rootOf(supervisors.bundle(container.id())));
      return process(container, cgroup, supervisors.launch(container, plan.plan(), bundle));
    }
  }

  /** What the plan is made of; the mounts in it pass to the plan. */
  private ContainerContext context(
      Container container, Pod pod, ProcessSpec process, PodParts.Joined joined, Cgroup cgroup)
      throws IOException {
    Fd sharedMemory = pods.sharedMemory(pod, container);
    List<Fd> volumes = List.of();
    try {
      volumes = images.volumes(container, pods.users(pod));
      return new ContainerContext(
          container.id(),
          images.withVolumes(container),
          process,
          joined.namespaces(),
          images.take(container, pods.users(pod)),
          sharedMemory,
          volumes,
          pods.files(pod),
          cgroups.layout(),
          cgroup,
          hooks(container));
    } catch (IOException | RuntimeException e) {
      if (sharedMemory != null) {
        sharedMemory.close();
      }
      volumes.forEach(Fd::close);
      throw e;
    }
  }

  private StartHooks hooks(Container container) throws IOException {
    return container.spec().hooks().isEmpty()
        ? StartHooks.NONE
        : StartHooks.of(container, supervisors.bundle(container.id()));
  }

  private ContainerProcess process(Container container, Cgroup cgroup, Shim shim) {
    return new ShimProcess(
        shim,
        cgroup,
        request -> decisions.exec(container.id(), request),
        supervisors.calls(),
        clock,
        START_LIMIT.plus(hookTime(container)));
  }

  private static Duration hookTime(Container container) {
    int sum = container.spec().hooks().stream().mapToInt(Hook::timeoutSeconds).sum();
    return Duration.ofSeconds(Math.min(sum, Hook.MOST_SECONDS));
  }

  @Override
  public Optional<ContainerProcess> adopt(Container container) throws IOException {
    Cgroup cgroup = cgroups.of(container);
    // An earlier daemon may have died while it kept the container still.
    cgroup.thaw();
    return supervisors.adopt(container.id()).map(shim -> process(container, cgroup, shim));
  }

  @Override
  public void clear(Container container) throws IOException {
    images.release(container.id());
    Cgroup cgroup = cgroups.of(container);
    if (cgroup.exists()) {
      if (!cgroup.processes().isEmpty()) {
        cgroup.kill();
      }
      cgroup.remove();
    }
    supervisors.clear(container.id());
  }

  @Override
  public void discard(Container container) throws IOException {
    clear(container);
    decisions.forget(container.id());
    images.discard(container);
  }

  @Override
  public Set<String> sweep(Set<ContainerId> known) throws IOException {
    Set<String> removed = new TreeSet<>(supervisors.sweep(known));
    removed.addAll(images.sweep(known));
    return removed;
  }
}
