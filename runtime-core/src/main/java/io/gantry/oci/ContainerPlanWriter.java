package io.gantry.oci;

import io.gantry.container.SecuritySpec;
import io.gantry.linux.Fd;
import io.gantry.linux.MountFlags;
import io.gantry.linux.Namespace;
import io.gantry.linux.Syscalls;
import io.gantry.linux.cgroup.Cgroups;
import io.gantry.pod.NamespaceMode;
import io.gantry.pod.UserMapping;
import io.gantry.shim.NewMount;
import io.gantry.shim.Plan;
import io.gantry.shim.PlanBuilder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes one container's plan, opening what it refers to on the way. */
final class ContainerPlanWriter {

  private static final List<String[]> DEV_LINKS =
      List.of(
          new String[] {"/proc/self/fd", "/dev/fd"},
          new String[] {"/proc/self/fd/0", "/dev/stdin"},
          new String[] {"/proc/self/fd/1", "/dev/stdout"},
          new String[] {"/proc/self/fd/2", "/dev/stderr"},
          new String[] {"pts/ptmx", "/dev/ptmx"});

  private final Syscalls syscalls;
  private final MountOpener opener;
  private final ContainerContext context;
  private final SecuritySpec security;
  private final CgroupView cgroup;
  private final PlanBuilder plan = Plan.builder();
  private final List<Fd> owned = new ArrayList<>();
  private final List<DeviceGrant> devices = new ArrayList<>();

  private ContainerPlanWriter(Syscalls syscalls, ContainerContext context) {
    this.syscalls = syscalls;
    this.opener = new MountOpener(syscalls, context.namespaces().user());
    this.context = context;
    this.security = context.spec().security();
    this.cgroup = CgroupView.of(context.layout(), context.cgroup());
  }

  static ContainerPlan write(Syscalls syscalls, ContainerContext context, Optional<byte[]> filter)
      throws IOException {
    ContainerPlanWriter writer = new ContainerPlanWriter(syscalls, context);
    writer.own(context.rootfs());
    if (context.sharedMemory() != null) {
      writer.own(context.sharedMemory());
    }
    context.imageVolumes().forEach(writer::own);
    try {
      return writer.write(filter);
    } catch (IOException | RuntimeException e) {
      writer.owned.forEach(Fd::close);
      throw e;
    }
  }

  private ContainerPlan write(Optional<byte[]> filter) throws IOException {
    devices.addAll(
        new HostDevices(syscalls)
            .granted(context.spec().devices(), context.process().user(), users()));
    birth();
    joinCgroups();
    namespaces();
    plan.rootPropagation(MountFlags.MS_SLAVE);
    root();
    MaskedPaths masked = MaskedPaths.of(security);
    masked.hidden().forEach(plan::mask);
    masked.readOnly().forEach(plan::readOnly);
    if (security.readOnlyRootfs()) {
      plan.readOnly("/");
    }
    plan.keyring(context.id().value());
    session();
    ProcessSteps.append(plan, context.process(), filter, context.hooks());
    DeviceRules rules = security.privileged() ? DeviceRules.privileged() : DeviceRules.of(devices);
    return new ContainerPlan(plan.build(), rules, owned);
  }

  private @Nullable UserMapping users() {
    return context.namespaces().user() == null ? null : security.namespaces().users();
  }

  private void birth() {
    Set<Namespace> fresh = EnumSet.of(Namespace.MNT);
    Fd user = context.namespaces().user();
    UserMapping users = users();
    if (user != null && users != null) {
      plan.enterUser(user, users.rootUid(), users.rootGid());
    }
    NamespaceMode pid = security.namespaces().pid();
    Fd existing = context.namespaces().pid();
    if (existing != null) {
      plan.enterPid(existing);
    } else if (pid == NamespaceMode.CONTAINER) {
      fresh.add(Namespace.PID);
    } else if (pid != NamespaceMode.NODE) {
      throw new IllegalArgumentException("pid namespace " + pid + " without a descriptor");
    }
    plan.cloneInto(fresh);
    if (context.spec().stdin() && !context.process().tty()) {
      // A terminal is its own standard input.
      plan.openStdin();
    }
  }

  /** With a pid namespace of its own the kernel kills the rest when the first process ends. */
  private void joinCgroups() throws IOException {
    boolean shared = !ownsPids();
    own(context.cgroup().taskFiles()).forEach(plan::tasks);
    own(context.cgroup().cloneDirectory()).forEach(plan::cgroup);
    own(context.cgroup().eventFile()).forEach(plan::events);
    if (!shared) {
      return;
    }
    own(context.cgroup().killFile()).forEach(plan::killFile);
    own(context.cgroup().processFile()).forEach(plan::killTasks);
    own(context.cgroup().forkLimit()).forEach(plan::pidsMax);
  }

  private boolean ownsPids() {
    return context.namespaces().pid() == null
        && security.namespaces().pid() == NamespaceMode.CONTAINER;
  }

  private void namespaces() {
    ContainerNamespaces existing = context.namespaces();
    join(existing.network(), Namespace.NET);
    join(existing.ipc(), Namespace.IPC);
    join(existing.uts(), Namespace.UTS);
    if (users() != null || !(security.privileged() && context.layout() == Cgroups.Layout.V2)) {
      // A privileged container on version 2 manages the machine's tree, as kubelet itself would.
      plan.unshare(EnumSet.of(Namespace.CGROUP));
    }
  }

  private void join(@Nullable Fd namespace, Namespace kind) {
    if (namespace != null) {
      plan.setns(namespace, kind);
    }
  }

  private void root() throws IOException {
    List<MountPoint> mounts =
        MountPoints.of(security, context.spec().mounts(), context.files(), cgroup);
    if (!context.hooks().isEmpty()) {
      rootForHooks(mounts);
    } else if (users() == null) {
      // The root first: in a shared pid namespace the others see the process from the pivot on.
      plan.attachRoot(context.rootfs()).pivot();
      mount(mounts);
    } else {
      // Root inside may mount proc and sysfs only as long as it sees the machine's.
      plan.attachRoot(context.rootfs());
      mount(mounts);
      plan.pivot();
    }
  }

  /** Hooks find the root at a path, with all in it that a process born later can mount. */
  private void rootForHooks(List<MountPoint> mounts) throws IOException {
    boolean bornLater = users() == null && context.namespaces().pid() != null;
    Predicate<MountPoint> late =
        mount -> bornLater && (mount.isAt(MountPoints.PROC) || mount.isBelow(MountPoints.PROC));
    plan.attachRoot(context.rootfs(), context.hooks().root().toString());
    mount(mounts.stream().filter(late.negate()).toList());
    context.hooks().beforePivot(plan);
    plan.pivot();
    mount(mounts.stream().filter(late).toList());
  }

  private void mount(List<MountPoint> mounts) throws IOException {
    for (MountPoint mount : mounts) {
      if (mount.isAt(MountPoints.DEV) && mount.source() instanceof MountPoint.FileSystem) {
        dev(mount);
      } else {
        attach(mount);
      }
    }
  }

  private void attach(MountPoint mount) throws IOException {
    switch (mount.source()) {
      case MountPoint.FileSystem fs ->
          plan.mount(
              new NewMount(fs.type(), fs.type(), fs.attributes(), fs.options(), mount.target()));
      case MountPoint.PodSharedMemory _ -> attachSharedMemory(mount);
      case MountPoint.HierarchyDirectory directory ->
          plan.attachDirectory(own(opener.open(directory)), mount.target());
      case MountPoint.ImageFiles image -> attach(imageFiles(image), mount.target());
      case MountPoint.HostPath path -> attach(opener.open(path), mount.target());
    }
  }

  /** The whole image needs no clone, which older kernels could not make. */
  private MountOpener.Opened imageFiles(MountPoint.ImageFiles image) throws IOException {
    Fd files = context.imageVolumes().get(image.number());
    if (!image.subPath().isEmpty()) {
      return opener.open(image, files);
    }
    opener.restrict(files, image.attributes());
    return new MountOpener.Opened(files, true);
  }

  private void attach(MountOpener.Opened opened, String target) {
    if (!owned.contains(opened.mount())) {
      own(opened.mount());
    }
    if (opened.directory()) {
      plan.attachDirectory(opened.mount(), target);
    } else {
      plan.attachFile(opened.mount(), target);
    }
  }

  private void attachSharedMemory(MountPoint mount) {
    Fd sharedMemory = context.sharedMemory();
    if (sharedMemory == null) {
      throw new IllegalArgumentException("the pod's shared memory is not given");
    }
    plan.attachDirectory(sharedMemory, mount.target());
  }

  private void dev(MountPoint mount) throws IOException {
    UserMapping users = users();
    if (users != null) {
      readyDev(new ReadyDevices(syscalls, users));
      return;
    }
    attach(mount);
    machineDevices().forEach(this::node);
    DeviceNode.DEFAULT.forEach(this::node);
    links();
    devices.forEach(grant -> node(grant.node()));
  }

  private void readyDev(ReadyDevices ready) throws IOException {
    List<DeviceNode> nodes = new ArrayList<>(machineDevices());
    devices.forEach(grant -> nodes.add(grant.node()));
    plan.attachDirectory(own(ready.dev(nodes)), MountPoints.DEV);
    links();
    for (DeviceNode node : nodes) {
      if (!ReadyDevices.isInDev(node)) {
        plan.attachFile(own(ready.single(node)), node.path());
      }
    }
  }

  private List<DeviceNode> machineDevices() throws IOException {
    if (!security.privileged()) {
      return List.of();
    }
    Set<String> given =
        devices.stream().map(grant -> grant.node().path()).collect(Collectors.toSet());
    return new HostDevices(syscalls)
        .all().stream().filter(node -> !given.contains(node.path())).toList();
  }

  private void links() {
    for (String[] link : DEV_LINKS) {
      plan.symlink(link[0], link[1]);
    }
  }

  private void node(DeviceNode node) {
    plan.mknod(node.path(), node.mode(), node.device(), node.uid(), node.gid());
  }

  private void session() {
    if (context.process().tty()) {
      plan.terminal(0, 0, "/dev/console");
    } else {
      plan.setsid();
    }
  }

  private Fd own(Fd fd) {
    owned.add(fd);
    return fd;
  }

  private List<Fd> own(List<Fd> fds) {
    owned.addAll(fds);
    return fds;
  }
}
