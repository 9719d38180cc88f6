package io.gantry.oci;

import io.gantry.container.Rlimit;
import io.gantry.shim.PlanBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The last steps of every plan, for a container's first process and for an exec alike. */
final class ProcessSteps {

  private static final String OPEN = "RLIMIT_NOFILE";

  /**
   * The soft limit that select(2) can live with; whoever needs more raises it up to the hard one. A
   * high soft limit makes programs that close every possible descriptor take minutes.
   */
  static final long OPEN_FILES = 1024;

  static final long MOST_OPEN_FILES = 524_288;
  private static final int UMASK = 0022;

  private ProcessSteps() {}

  /**
   * Appends limits, directory, user, rights, filter and the exec.
   *
   * @param filter the seccomp program, or nothing for unconfined
   */
  static void append(
      PlanBuilder plan, ProcessSpec process, Optional<byte[]> filter, StartHooks hooks) {
    for (Rlimit limit : rlimits(process)) {
      plan.rlimit(limit.number(), limit.soft(), limit.hard());
    }
    plan.oomScoreAdj(process.oomScoreAdjustment()).umask(UMASK).chdir(process.workingDirectory());
    if (!process.appArmorProfile().isEmpty()) {
      plan.apparmor(process.appArmorProfile());
    }
    if (process.noNewPrivileges()) {
      identity(plan, process);
      plan.noNewPrivileges();
      filter.ifPresent(plan::seccomp);
    } else {
      // Installing a filter takes no_new_privs or CAP_SYS_ADMIN, and the latter goes with the user.
      filter.ifPresent(plan::seccomp);
      identity(plan, process);
    }
    hooks.beforeExec(plan);
    plan.exec(process.arguments(), process.environment());
  }

  /** The usual one, unless the process has its own, and all that it has. */
  static List<Rlimit> rlimits(ProcessSpec process) {
    List<Rlimit> all = new ArrayList<>();
    if (process.rlimits().stream().noneMatch(limit -> limit.type().equals(OPEN))) {
      all.add(new Rlimit(OPEN, OPEN_FILES, MOST_OPEN_FILES));
    }
    all.addAll(process.rlimits());
    return all;
  }

  private static void identity(PlanBuilder plan, ProcessSpec process) {
    ProcessUser user = process.user();
    plan.setgroups(user.groups().stream().map(Long::intValue).toList())
        .setgid((int) user.gid())
        .setuid((int) user.uid())
        .capabilities(process.capabilitySets());
  }
}
