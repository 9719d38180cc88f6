package io.gantry.pod;

import io.gantry.error.BrokenException;
import io.gantry.linux.ProcessIdentity;
import io.gantry.state.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Brings the pods' records and the kernel to one truth when a daemon starts. */
final class PodRecovery {

  private final Table<Pod> pods;
  private final PodKernel kernel;
  private final PodMembers members;
  private final PodTeardown teardown;
  private final List<String> problems = new ArrayList<>();

  /** The machine's holders, looked for once. */
  private @Nullable Map<String, ProcessIdentity> holding;

  PodRecovery(Table<Pod> pods, PodKernel kernel, PodMembers members, PodTeardown teardown) {
    this.pods = pods;
    this.kernel = kernel;
    this.members = members;
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
        case PodState.Creating _ -> undo(held(pod));
        case PodState.Ready _ -> {
          readopt(pod);
          noteUnknownNetwork(pod);
        }
        case PodState.Stopping _ -> teardown.stop(held(pod).id());
        case PodState.Stopped _ -> {
          // Nothing of it is left to look at.
        }
        case PodState.Removing _ -> teardown.remove(pod.id());
      }
    } catch (RuntimeException | IOException e) {
      problems.add("pod " + pod.id().brief() + " (" + pod.spec().metadata() + "): " + e);
    }
  }

  private void noteUnknownNetwork(Pod pod) {
    PodNetworkRecord network = pod.network();
    if (network != null && network.attachments().isEmpty()) {
      problems.add(
          "pod %s was attached by an older daemon: it lost its way out, and its address may be given out again; make it anew"
              .formatted(pod.id().brief()));
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

  /**
   * A pod whose namespaces are gone (the machine was restarted) or cannot be opened is stopped, not
   * lost.
   */
  private void readopt(Pod pod) throws IOException {
    try {
      if (kernel.readopt(pod, holding())) {
        return;
      }
      if (kernel.regain(pod, holding(), members.running(pod.id()))) {
        problems.add(
            "namespaces of pod %s were pinned no more and are taken from its containers; those that start from now on have a /dev/shm of their own"
                .formatted(pod.id().brief()));
        return;
      }
    } catch (IOException e) {
      problems.add("namespaces of pod " + pod.id().brief() + " cannot be opened: " + e);
    }
    teardown.stop(pod.id());
  }

  private Pod held(Pod pod) throws IOException {
    kernel.adoptHolder(pod, holding());
    return pods.require(pod.id().value());
  }

  private Map<String, ProcessIdentity> holding() throws IOException {
    if (holding == null) {
      holding = PodHolders.running();
    }
    return holding;
  }
}
