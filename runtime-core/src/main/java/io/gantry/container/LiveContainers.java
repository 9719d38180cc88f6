package io.gantry.container;

import io.gantry.error.GantryException;
import io.gantry.error.NotFoundException;
import io.gantry.state.Operations;
import io.gantry.state.Table;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes that run now, and what happens when one ends: the record first, then whoever waits,
 * then what it leaves behind. Safe for use by many threads.
 */
final class LiveContainers {

  private static final Logger log = LoggerFactory.getLogger(LiveContainers.class);

  private static final int LONGEST_PAUSE_SECONDS = 30;

  private final Table<Container> containers;
  private final ContainerLauncher launcher;
  private final ContainerListener listener;
  private final ConcurrentHashMap<ContainerId, Live> live = new ConcurrentHashMap<>();
  private final Operations<ContainerId, Boolean> clearing = new Operations<>();

  /**
   * A process and the moment at which its end has been written down.
   *
   * @param over completes after the container's state has become exited
   */
  record Live(ContainerProcess process, CompletableFuture<Boolean> over) {}

  LiveContainers(
      Table<Container> containers, ContainerLauncher launcher, ContainerListener listener) {
    this.listener = listener;
    this.containers = containers;
    this.launcher = launcher;
  }

  /** Watches a process that has been started or found again. */
  void watch(ContainerId id, ContainerProcess process) {
    Live entry = new Live(process, new CompletableFuture<>());
    live.put(id, entry);
    var _ =
        process
            .ended()
            .thenAccept(end ->
                Thread.ofVirtual().name("end " + id.brief()).start(() -> finish(id, entry, end)));
  }

  Optional<Live> find(ContainerId id) {
    return Optional.ofNullable(live.get(id));
  }

  private void finish(ContainerId id, Live entry, ContainerEvent.Ended end) {
    for (int attempt = 1; !recorded(id, end); attempt++) {
      if (!paused(attempt)) {
        return;
      }
    }
    entry.over().complete(true);
    Optional<Container> ended = containers.get(id.value());
    ended.ifPresent(this::clear);
    live.remove(id, entry);
    ended.ifPresent(listener::stopped);
  }

  /**
   * A full disk must not make a container that has ended look running for ever: the end is kept and
   * tried again.
   */
  private boolean recorded(ContainerId id, ContainerEvent.Ended end) {
    try {
      containers.update(id.value(), container -> Transitions.after(container, end));
      return true;
    } catch (NotFoundException _) {
      return true;
    } catch (GantryException e) {
      log.error("end not recorded yet container={}: {}", id.brief(), e.advice());
      return false;
    }
  }

  private static boolean paused(int attempt) {
    try {
      Thread.sleep(Duration.ofSeconds(Math.min(attempt, LONGEST_PAUSE_SECONDS)));
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Removes what the process left; a failure is for the log, because the reconciler tries again.
   */
  void clear(Container container) {
    clearing.join(
        container.id(),
        () -> {
          try {
            launcher.clear(container);
            return true;
          } catch (IOException | RuntimeException e) {
            log.warn("leftovers of container={}: {}", container.id().brief(), e.toString());
            return false;
          }
        });
  }
}
