package io.gantry.pod;

import io.gantry.linux.Fd;
import io.gantry.linux.ProcessIdentity;
import io.gantry.linux.Syscalls;
import io.gantry.shim.Holder;
import io.gantry.shim.ShimLauncher;
import io.gantry.state.Operations;
import io.gantry.state.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/**
 * The processes that are PID 1 of pods whose containers share one process namespace, each started
 * at the first need. Safe for use by many threads.
 */
public final class PodHolders {

  private final Table<Pod> pods;
  private final PodNamespaces namespaces;
  private final ShimLauncher launcher;
  private final Syscalls calls;
  private final Operations<PodId, HolderRecord> starting = new Operations<>();

  public PodHolders(
      Table<Pod> pods, PodNamespaces namespaces, ShimLauncher launcher, Syscalls calls) {
    this.pods = pods;
    this.namespaces = namespaces;
    this.launcher = launcher;
    this.calls = calls;
  }

  /** A descriptor of the holder's process, which setns(2) takes; the caller closes it. */
  public Fd require(PodId pod) throws IOException {
    try {
      HolderRecord holder = alive(pods.require(pod.value())).orElseGet(() -> started(pod));
      return calls.pidfdOpen(holder.pid());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private HolderRecord started(PodId pod) {
    return starting.join(pod, () -> alive(pods.require(pod.value())).orElseGet(() -> start(pod)));
  }

  private static Optional<HolderRecord> alive(Pod pod) {
    return Optional.ofNullable(pod.holder()).filter(PodHolders::isAlive);
  }

  private static boolean isAlive(HolderRecord holder) {
    try {
      return new ProcessIdentity(holder.pid(), holder.startTicks()).isAlive();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HolderRecord start(PodId pod) {
    try {
      Holder holder =
          launcher.hold(pod.value(), Holder.plan(namespaces.of(pod), List.<Fd>of()).build());
      ProcessIdentity identity =
          ProcessIdentity.of(holder.pid())
              .orElseThrow(
                  () -> new IOException("the pod's process " + holder.pid() + " ended at once"));
      HolderRecord record = new HolderRecord(identity.pid(), identity.startTicks());
      pods.update(pod.value(), known -> known.heldBy(record));
      return record;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the pod's holder and with it everything in the pod's process namespace. */
  void end(Pod pod) throws IOException {
    Optional<HolderRecord> holder = alive(pod);
    if (holder.isPresent()) {
      new Holder(holder.get().pid()).kill(calls);
    }
  }
}
