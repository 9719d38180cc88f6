package io.gantry.pod;

import io.gantry.error.BrokenException;
import io.gantry.linux.ProcessIdentity;
import io.gantry.state.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
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
  private final List<String> problems = Collections.synchronizedList(new ArrayList<>());
  private final Endings endings = new Endings();

  /** The machine's holders, looked for once. */
  private @Nullable Map<String, ProcessIdentity> holding;

  PodRecovery(Table<Pod> pods, PodKernel kernel, PodMembers members, PodTeardown teardown) {
    this.pods = pods;
    this.kernel = kernel;
    this.members = members;
    this.teardown = teardown;
  }

  List<String> run() {
    pods.values().forEach(pod -> seeTo(pod, () -> recover(pod)));
    endings.run();
    sweep();
    return List.copyOf(problems);
  }

  /** What may fail. */
  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  /** Pods that stay are taken over one after the other, as each is compared with those before. */
  private void recover(Pod pod) throws IOException {
    switch (pod.state()) {
      case PodState.Creating _ -> {
        Pod held = held(pod);
        end(pod, () -> undo(held));
      }
      case PodState.Ready _ -> {
        readopt(pod);
        noteUnknownNetwork(pod);
      }
      case PodState.Stopping _ -> {
        PodId held = held(pod).id();
        end(pod, () -> teardown.stop(held));
      }
      case PodState.Stopped _ -> {
        // Nothing of it is left to look at.
      }
      case PodState.Removing _ -> end(pod, () -> teardown.remove(pod.id()));
    }
  }

  private void end(Pod pod, Step step) {
    endings.add(() -> seeTo(pod, step));
  }

  private void seeTo(Pod pod, Step step) {
    try {
      step.run();
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
    end(pod, () -> teardown.stop(pod.id()));
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
