package io.gantry.nri;

import io.gantry.api.nri.v1alpha1.PodSandbox;
import io.gantry.container.Container;
import io.gantry.container.ContainerLauncher;
import io.gantry.container.ContainerState;
import io.gantry.pod.Pod;
import io.gantry.pod.PodState;
import io.gantry.state.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which pods and containers plugins know of, or would if there were any: from the moment at which
 * they are told of one until they are told that it is gone. What is being made is there for a
 * plugin that joins exactly if the others have been told of it, else it is going to be told itself.
 * Used under the host's lock only.
 */
final class Inventory {

  /** What plugins have been told last. */
  enum Told {
    THERE,
    STARTING,
    STARTED,
    STOPPED
  }

  private final Table<Pod> pods;
  private final Table<Container> containers;
  private final ContainerLauncher launcher;
  private final Map<String, Told> toldPods = new HashMap<>();
  private final Map<String, Told> toldContainers = new HashMap<>();

  Inventory(Table<Pod> pods, Table<Container> containers, ContainerLauncher launcher) {
    this.pods = pods;
    this.containers = containers;
    this.launcher = launcher;
  }

  /** Begins with what an earlier daemon left. */
  void load() {
    for (Pod pod : pods.values()) {
      boolean ready = pod.state() instanceof PodState.Ready;
      toldPods.put(pod.id().value(), ready ? Told.THERE : Told.STOPPED);
    }
    for (Container container : containers.values()) {
      toldContainers.put(container.id().value(), told(container.state()));
    }
  }

  private static Told told(ContainerState state) {
    return switch (state) {
      case ContainerState.Creating _, ContainerState.Created _ -> Told.THERE;
      case ContainerState.Starting _ -> Told.STARTING;
      case ContainerState.Running _ -> Told.STARTED;
      case ContainerState.Exited _, ContainerState.Removing _ -> Told.STOPPED;
    };
  }

  void pod(Pod pod, Told told) {
    toldPods.put(pod.id().value(), told);
  }

  /** Takes note that it stops; true where it was known to run. */
  boolean stops(Pod pod) {
    return toldPods.replace(pod.id().value(), Told.THERE, Told.STOPPED);
  }

  /** Whether it was known. */
  boolean forget(Pod pod) {
    return toldPods.remove(pod.id().value()) != null;
  }

  void container(Container container, Told told) {
    toldContainers.put(container.id().value(), told);
  }

  /** Takes note that it was started; false where it has stopped since. */
  boolean starts(Container container) {
    return toldContainers.replace(container.id().value(), Told.STARTING, Told.STARTED);
  }

  /** Takes note that it has stopped; true where it was known to start or to run. */
  boolean stops(Container container) {
    String id = container.id().value();
    return toldContainers.replace(id, Told.STARTING, Told.STOPPED)
        || toldContainers.replace(id, Told.STARTED, Told.STOPPED);
  }

  /** Whether it was known. */
  boolean forget(Container container) {
    return toldContainers.remove(container.id().value()) != null;
  }

  /** The container's pod as plugins see it; nothing in it when it is gone. */
  PodSandbox podOf(Container container) {
    return pods.get(container.pod().value())
        .map(Views::pod)
        .orElse(PodSandbox.getDefaultInstance());
  }

  /** As plugins see it; what it executed is gone with its files. */
  io.gantry.api.nri.v1alpha1.Container view(Container container) {
    ContainerLauncher.Program program =
        container.state() instanceof ContainerState.Removing
            ? new ContainerLauncher.Program(List.of(), List.of())
            : launcher.program(container);
    return Views.container(container, program);
  }

  List<Pod> pods() {
    return pods.values().stream().filter(pod -> toldPods.containsKey(pod.id().value())).toList();
  }

  List<Container> containers() {
    return containers.values().stream()
        .filter(container -> toldContainers.containsKey(container.id().value()))
        .toList();
  }
}
