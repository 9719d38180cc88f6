package io.gantry.oci;

import io.gantry.container.ContainerSpec;
import io.gantry.container.SeccompChoice;
import io.gantry.container.SecuritySpec;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import io.gantry.image.manifest.ImageConfig;
import io.gantry.linux.Syscalls;
import io.gantry.shim.Plan;
import io.gantry.shim.PlanBuilder;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Decides what a container may do and see, and writes it down as plans. Safe for use by several
 * threads; holds nothing but a cache of seccomp programs.
 */
public final class ContainerPolicy {

  private static final String FRESH = "";

  private final Syscalls syscalls;
  private final DaemonRights rights;
  private final SeccompFilters filters;

  public ContainerPolicy(Syscalls syscalls, DaemonRights rights, SeccompFilters filters) {
    this.syscalls = syscalls;
    this.rights = rights;
    this.filters = filters;
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
    ImageConfig image = request.image();
    ProcessUser user =
        UserLookup.find(
            security, image.user(), new RootFiles(syscalls, request.rootfs()).accounts());
    int wanted = spec.resources().oomScoreAdjustment();
    ProcessSpec process =
        new ProcessSpec(
            CommandLine.of(
                spec.command(), spec.arguments(), image.entrypoint(), image.cmd(), spec.image()),
            Environment.of(
                image.env(), spec.environment(), request.hostname(), spec.tty(), user.home()),
            CommandLine.workingDirectory(spec.workingDirectory(), image.workingDir()),
            user,
            Capabilities.granted(security, rights.capabilities()),
            security.noNewPrivileges(),
            security.privileged() ? new SeccompChoice.Unconfined() : security.seccomp(),
            rights.settable(wanted),
            spec.tty());
    filter(process);
    MountPoints.check(spec.mounts());
    return new ProcessDecision(process, warnings(wanted));
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
    return ContainerPlanWriter.write(syscalls, context, filter(context.process()));
  }

  /**
   * The plan for another command beside a container's first process. It refers to no files. The
   * command gets a session keyring of its own: to join the container's by name, that one would have
   * to be open to every process of its user (keyctl_join_session_keyring(3)), in other containers
   * as well, and whoever knew the name first could have put keys into it. This is where runc's
   * setns_init_linux.go decides otherwise.
   */
  public Plan exec(ProcessSpec container, List<String> command) throws IOException {
    if (command.isEmpty() || command.getFirst().isEmpty()) {
      throw new InvalidException(
          new Subject("field", "cmd"), "cmd is empty: nothing to execute", "name a command");
    }
    ProcessSpec process = container.running(command);
    PlanBuilder plan = Plan.builder().setsid().keyring(FRESH);
    ProcessSteps.append(plan, process, filter(process));
    return plan.build();
  }

  private Optional<byte[]> filter(ProcessSpec process) throws IOException {
    return filters.program(process.seccomp(), process.capabilities());
  }
}
