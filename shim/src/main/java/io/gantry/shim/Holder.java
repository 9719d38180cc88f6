package io.gantry.shim;

import io.gantry.linux.Fd;
import io.gantry.linux.MountFlags;
import io.gantry.linux.Namespace;
import io.gantry.linux.ProcessCalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The first process of a pod's shared pid namespace: reaps orphans and ends by SIGKILL alone. It
 * lives in an empty root with no capabilities, so a container that looks at pid 1 finds nothing.
 *
 * @param pid as this process sees it
 */
public record Holder(int pid) {

  private static final int SIGKILL = 9;

  static Holder of(ProcessCalls calls, byte[] answer) throws IOException {
    if (answer.length < Frame.HEADER) {
      throw new IOException("gantry-shim hold ended without an answer");
    }
    ByteBuffer payload =
        ByteBuffer.wrap(answer, Frame.HEADER, answer.length - Frame.HEADER).slice();
    return switch (StateFrame.read(new Frame(Frame.STATE, payload))) {
      case ShimStatus.Running running -> new Holder(running.pid());
      case ShimStatus.Failed(StepFailure failure) -> throw new ShimFailure(failure);
      case ShimStatus other -> throw new IOException("gantry-shim hold answered " + other);
    };
  }

  /**
   * The usual plan: new pid and mount namespaces, the pod's others entered.
   *
   * @param join the pod's namespaces (net, ipc, uts, user)
   * @param tasks version 1 tasks files of the pod's group, for the holder to join
   */
  public static PlanBuilder plan(Map<Namespace, Fd> join, List<Fd> tasks) {
    PlanBuilder plan = Plan.builder().cloneInto(Set.of(Namespace.PID, Namespace.MNT));
    tasks.forEach(plan::tasks);
    join.forEach((kind, fd) -> {
      if (kind == Namespace.USER) {
        // Root inside is nobody's owner here: a holder has no pipes and gets no execs.
        plan.enterUser(fd, 0, 0);
      } else {
        plan.setns(fd, kind);
      }
    });
    return plan.rootPropagation(MountFlags.MS_PRIVATE)
        .emptyRoot()
        .capabilities(CapabilitySets.NONE)
        .noNewPrivileges()
        .hold();
  }

  /** Ends it and with it every process of its namespace, and reaps it when it is our child. */
  public void kill(ProcessCalls calls) throws IOException {
    calls.kill(pid, SIGKILL);
    calls.waitpid(pid);
  }
}
