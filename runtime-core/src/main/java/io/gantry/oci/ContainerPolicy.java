package io.gantry.oci;

import io.gantry.container.ContainerSpec;
import io.gantry.container.ExecRequest;
import io.gantry.container.MountSpec;
import io.gantry.container.SeccompChoice;
import io.gantry.container.SecuritySpec;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import io.gantry.error.UnsupportedException;
import io.gantry.image.manifest.ImageConfig;
import io.gantry.linux.Fd;
import io.gantry.linux.Syscalls;
import io.gantry.shim.Plan;
import io.gantry.shim.PlanBuilder;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Decides what a container may do and see, and writes it down as plans. Safe for use by several
 * threads; holds nothing but a cache of seccomp programs.
 */
public final class ContainerPolicy {

  private static final String FRESH = "";

  private final Syscalls syscalls;
  private final DaemonRights rights;
  private final SeccompFilters filters;
  private final AppArmorProfiles profiles;

  public ContainerPolicy(
      Syscalls syscalls, DaemonRights rights, SeccompFilters filters, AppArmorProfiles profiles) {
    this.syscalls = syscalls;
    this.rights = rights;
    this.filters = filters;
    this.profiles = profiles;
  }

  /**
   * Whom to run as, what, with which rights: everything that can be wrong with a request is found
   * here, when the container is created, as {@link InvalidException}.
   */
  public ProcessDecision process(ProcessRequest request) throws IOException {
    ContainerSpec spec = request.spec();
    SecuritySpec security = spec.security();
    if (security.privileged() && !request.podPrivileged()) {
      throw new InvalidException(
          new Subject("field", "security_context.privileged"),
          "security_context.privileged: the pod was not made for privileged containers",
          "set privileged in the pod's security context too");
    }
    if (!spec.hooks().isEmpty() && security.namespaces().users() != null) {
      throw new UnsupportedException(
          new Subject("field", "CDI_devices"),
          "a device brings hooks, and Gantry runs none in a pod with a user namespace of its own",
          "use the node's user namespace, or a device without hooks");
    }
    ImageConfig image = request.image();
    ProcessUser user =
        UserLookup.find(
            security, image.user(), new RootFiles(syscalls, request.rootfs()).accounts());
    int wanted = spec.resources().oomScoreAdjustment();
    long granted = Capabilities.granted(security, rights.capabilities());
    ProcessSpec process =
        new ProcessSpec(
            commandLine(spec, image),
            environment(spec, image, request.hostname(), user.home()),
            CommandLine.workingDirectory(spec.workingDirectory(), image.workingDir()),
            user,
            granted,
            Capabilities.ambient(security, granted),
            security.noNewPrivileges(),
            security.privileged() ? new SeccompChoice.Unconfined() : security.seccomp(),
            profiles.of(security.appArmor(), security.privileged()),
            rights.settable(wanted),
            spec.tty(),
            spec.rlimits());
    filter(process);
    MountPoints.check(spec.mounts());
    return new ProcessDecision(process, warnings(wanted));
  }

  /** What a container's environment is, but for what its pod and its user give it. */
  public List<String> environment(ContainerSpec spec, ImageConfig image) {
    return Stream.concat(image.env().stream(), spec.environment().stream()).toList();
  }

  private static List<String> environment(
      ContainerSpec spec, ImageConfig image, String hostname, String home) {
    List<String> all = Environment.of(image.env(), spec.environment(), hostname, spec.tty(), home);
    return spec.withoutEnvironment().isEmpty()
        ? all
        : all.stream()
            .filter(each -> !spec.withoutEnvironment().contains(each.split("=", 2)[0]))
            .toList();
  }

  /** What a container executes (CRI ContainerConfig.command and args, the image's own else). */
  public List<String> commandLine(ContainerSpec spec, ImageConfig image) {
    return CommandLine.of(
        spec.command(), spec.arguments(), image.entrypoint(), image.cmd(), spec.image());
  }

  /**
   * Finds out whether the paths within image volumes are there.
   *
   * @param volumes the images' mounts in the order of the request; they stay the caller's
   * @throws InvalidException naming a path that is not in its image
   */
  public void check(List<MountSpec> mounts, List<Fd> volumes) throws IOException {
    MountOpener opener = new MountOpener(syscalls, null);
    for (MountPoint mount : MountPoints.requested(mounts)) {
      if (mount.source() instanceof MountPoint.ImageFiles image) {
        opener.check(image, volumes.get(image.number()));
      }
    }
  }

  private List<String> warnings(int wanted) {
    int given = rights.settable(wanted);
    return given == wanted
        ? List.of()
        : List.of(
            "oom_score_adj "
                + wanted
                + " became "
                + given
                + ": the daemon lacks CAP_SYS_RESOURCE, so it cannot go below its own value");
  }

  /**
   * The plan for a container's first process. The context's rootfs and shared memory pass to the
   * plan; when planning fails they are closed here.
   */
  public ContainerPlan plan(ContainerContext context) throws IOException {
    profiles.keep(context.process().appArmorProfile());
    return ContainerPlanWriter.write(syscalls, context, filter(context.process()));
  }

  /**
   * The plan for another command beside a container's first process. It refers to no files. The
   * command gets a session keyring of its own: to join the container's by name, that one would have
   * to be open to every process of its user (keyctl_join_session_keyring(3)), in other containers
   * as well, and whoever knew the name first could have put keys into it. This is where runc's
   * setns_init_linux.go decides otherwise.
   */
  public Plan exec(ProcessSpec container, ExecRequest request) throws IOException {
    List<String> command = request.command();
    if (command.isEmpty() || command.getFirst().isEmpty()) {
      throw new InvalidException(
          new Subject("field", "cmd"), "cmd is empty: nothing to execute", "name a command");
    }
    profiles.keep(container.appArmorProfile());
    ProcessSpec process = container.running(command, request.tty());
    PlanBuilder plan = Plan.builder();
    if (request.tty()) {
      plan.terminal(0, 0, "");
    } else {
      plan.setsid();
      if (request.stdin()) {
        plan.openStdin();
      }
    }
    plan.keyring(FRESH);
    ProcessSteps.append(plan, process, filter(process), StartHooks.NONE);
    return plan.build();
  }

  private Optional<byte[]> filter(ProcessSpec process) throws IOException {
    return filters.program(process.seccomp(), process.capabilities());
  }
}
