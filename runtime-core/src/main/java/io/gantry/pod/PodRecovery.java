package io.gantry.pod;

import io.gantry.error.BrokenException;
import io.gantry.error.GantryException;
import io.gantry.state.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Brings the pods' records and the kernel to one truth when a daemon starts. */
final class PodRecovery {

  private final Table<Pod> pods;
  private final PodKernel kernel;
  private final PodTeardown teardown;
  private final List<String> problems = new ArrayList<>();

  PodRecovery(Table<Pod> pods, PodKernel kernel, PodTeardown teardown) {
    this.pods = pods;
    this.kernel = kernel;
    this.teardown = teardown;
  }

  List<String> run() {
    pods.values().forEach(this::recover);
    sweep();
    return List.copyOf(problems);
  }

  private void recover(Pod pod) {
    try {
      switch (pod.state()) {
        case PodState.Creating _ -> undo(pod);
        case PodState.Ready _ -> readopt(pod);
        case PodState.Stopping _ -> teardown.stop(pod.id());
        case PodState.Stopped _ -> {
          // Nothing of it is left to look at.
        }
        case PodState.Removing _ -> teardown.remove(pod.id());
      }
    } catch (GantryException | IOException e) {
      problems.add("pod " + pod.id().brief() + " (" + pod.spec().metadata() + "): " + e);
    }
  }

  private void sweep() {
    Set<String> known =
        pods.values().stream().map(pod -> pod.id().value()).collect(Collectors.toSet());
    try {
      kernel.sweep(known).forEach(id -> problems.add("removed leftovers of unknown pod " + id));
    } catch (IOException | IllegalArgumentException e) {
      problems.add("looking for leftovers of pods: " + e);
    }
  }

  private void undo(Pod pod) {
    BrokenException interrupted =
        teardown.undone(
            pod, new BrokenException(pod.id().subject(), "the daemon ended while making it", ""));
    if (interrupted.getSuppressed().length > 0) {
      throw interrupted;
    }
  }

  /** A pod whose namespaces are gone (the machine was restarted) is stopped, not lost. */
  private void readopt(Pod pod) throws IOException {
    if (!kernel.readopt(pod)) {
      teardown.stop(pod.id());
    }
  }
}
