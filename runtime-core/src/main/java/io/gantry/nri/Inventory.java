package io.gantry.nri;

import io.gantry.container.Container;
import io.gantry.container.ContainerLauncher;
import io.gantry.pod.Pod;
import io.gantry.state.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which pods and containers plugins know of, or would if there were any: from the moment at which
 * they are told of one until they are told that it is gone. Used under the host's lock only.
 */
final class Inventory {

  /** What plugins have been told last. */
  enum Told {
    THERE,
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
    pods.values().forEach(pod -> toldPods.put(pod.id().value(), Told.THERE));
    containers
        .values()
        .forEach(container -> toldContainers.put(container.id().value(), Told.STARTED));
  }

  Map<String, Told> toldPods() {
    return toldPods;
  }

  Map<String, Told> toldContainers() {
    return toldContainers;
  }

  Optional<Pod> podOf(Container container) {
    return pods.get(container.pod().value());
  }

  io.gantry.api.nri.v1alpha1.Container view(Container container) {
    return Views.container(container, launcher.program(container));
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
