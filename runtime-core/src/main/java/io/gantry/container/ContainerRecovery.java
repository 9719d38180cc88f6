package io.gantry.container;

import io.gantry.state.Table;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/** Brings the containers' records and the kernel to one truth when a daemon starts. */
final class ContainerRecovery {

  /** What an orchestrator sees of a container whose end nobody witnessed. */
  private static final int UNKNOWN_EXIT = 255;

  private static final String UNKNOWN = "Unknown";

  private final Table<Container> containers;
  private final ContainerLauncher launcher;
  private final LiveContainers live;
  private final ContainerEnding ending;
  private final Clock clock;
  private final List<String> problems = Collections.synchronizedList(new ArrayList<>());

  ContainerRecovery(
      Table<Container> containers,
      ContainerLauncher launcher,
      LiveContainers live,
      ContainerEnding ending,
      Clock clock) {
    this.containers = containers;
    this.launcher = launcher;
    this.live = live;
    this.ending = ending;
    this.clock = clock;
  }

  /** All at once: one that hangs must not delay the others. */
  List<String> run() {
    try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
      containers.values().forEach(container -> each.execute(() -> recover(container)));
    }
    sweep();
    return List.copyOf(problems);
  }

  private void recover(Container container) {
    try {
      switch (container.state()) {
        case ContainerState.Creating _, ContainerState.Removing _ -> ending.remove(container.id());
        case ContainerState.Created _, ContainerState.Exited _ -> launcher.clear(container);
        case ContainerState.Starting _ -> readoptStarting(container);
        case ContainerState.Running _ -> readoptRunning(container);
      }
    } catch (RuntimeException | IOException e) {
      problems.add("container " + container.id().brief() + ": " + e);
    }
  }

  /**
   * The start either reached the shim, which went on alone, or left nothing and can be asked for
   * again.
   */
  private void readoptStarting(Container container) throws IOException {
    Optional<ContainerProcess> process = launcher.adopt(container);
    if (process.isEmpty()) {
      launcher.clear(container);
      move(container, new ContainerEvent.StartUndone());
      return;
    }
    try {
      move(container, process.get().awaitStarted());
      live.watch(container.id(), process.get());
    } catch (StartException e) {
      move(
          container,
          new ContainerEvent.StartFailed(
              clock.instant(), e.exitCode(), String.valueOf(e.getMessage())));
      live.clear(container);
    } catch (IOException e) {
      move(
          container,
          new ContainerEvent.StartFailed(clock.instant(), 128, "its supervisor was lost: " + e));
      launcher.clear(container);
    }
  }

  private void readoptRunning(Container container) throws IOException {
    Optional<ContainerProcess> process = launcher.adopt(container);
    if (process.isPresent()) {
      live.watch(container.id(), process.get());
      return;
    }
    move(
        container,
        new ContainerEvent.Ended(
            clock.instant(),
            UNKNOWN_EXIT,
            UNKNOWN,
            "it ended while no daemon and no supervisor watched, as in a restart of the machine"));
    launcher.clear(container);
  }

  private void move(Container container, ContainerEvent event) {
    containers.update(container.id().value(), known -> Transitions.after(known, event));
  }

  private void sweep() {
    Set<ContainerId> known =
        containers.values().stream().map(Container::id).collect(Collectors.toSet());
    try {
      launcher.sweep(known).forEach(found -> problems.add("removed leftover " + found));
    } catch (IOException e) {
      problems.add("looking for leftovers of containers: " + e);
    }
  }
}
