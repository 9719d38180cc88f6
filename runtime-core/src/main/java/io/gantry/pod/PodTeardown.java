package io.gantry.pod;

import io.gantry.error.GantryException;
import io.gantry.state.Table;
import java.io.IOException;

/**
 * How a pod ends. Every step bears being done again, so that a crash in between is no more than a
 * delay.
 */
final class PodTeardown {

  private final Table<Pod> pods;
  private final PodKernel kernel;
  private final PodMembers members;
  private final PodListener listener;

  PodTeardown(Table<Pod> pods, PodKernel kernel, PodMembers members, PodListener listener) {
    this.listener = listener;
    this.pods = pods;
    this.kernel = kernel;
    this.members = members;
  }

  /**
   * Kills the containers, leaves the network, drops the namespaces; a stopped pod stays as it is.
   */
  void stop(PodId id) {
    Pod stopping = pods.update(id.value(), PodTeardown::toStopping);
    if (!(stopping.state() instanceof PodState.Stopping)) {
      return;
    }
    members.killAll(id);
    listener.stopping(stopping);
    try {
      // A container that was just starting may have given the pod a holder since.
      kernel.release(pods.require(id.value()));
    } catch (IOException e) {
      throw Failures.of(id, "taking down the network and namespaces", e);
    }
    pods.update(id.value(), pod -> pod.attachedTo(null).heldBy(null).in(new PodState.Stopped()));
  }

  private static Pod toStopping(Pod pod) {
    return switch (pod.state()) {
      case PodState.Creating _, PodState.Ready _ -> pod.in(new PodState.Stopping());
      case PodState.Stopping _, PodState.Stopped _, PodState.Removing _ -> pod;
    };
  }

  /** Removes a stopped pod with its containers. */
  void remove(PodId id) {
    Pod going = pods.update(id.value(), pod -> pod.in(new PodState.Removing()));
    members.removeAll(id);
    pods.remove(id.value());
    listener.removed(going);
  }

  /**
   * Takes back a pod whose making failed or was interrupted; what cannot be taken back can be
   * stopped and removed.
   */
  <E extends GantryException> E undone(Pod pod, E cause) {
    try {
      kernel.release(pod);
      pods.remove(pod.id().value());
      listener.removed(pod);
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
      if (pods.get(pod.id().value()).isPresent()) {
        // with what its networks gave it, which the table does not know yet
        pods.update(
            pod.id().value(), known -> known.attachedTo(pod.network()).in(new PodState.Stopping()));
      }
    }
    return cause;
  }
}
