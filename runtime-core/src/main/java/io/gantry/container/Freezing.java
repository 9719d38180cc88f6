package io.gantry.container;

import io.gantry.error.WrongStateException;
import io.gantry.state.Table;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Containers that are kept still for a while. Who starts, stops or removes one does not wait for
 * that: it goes on at once, and whoever wanted it still is told. Safe for use by many threads.
 */
final class Freezing {

  private static final Logger log = LoggerFactory.getLogger(Freezing.class);

  private final Table<Container> containers;
  private final LiveContainers live;

  /** Who keeps a container frozen now; its processes are let go only under the lock of its key. */
  private final ConcurrentHashMap<ContainerId, Hold> held = new ConcurrentHashMap<>();

  /** How many are about to end a container: nobody freezes it under their hands. */
  private final ConcurrentHashMap<ContainerId, Integer> ending = new ConcurrentHashMap<>();

  private static final class Hold {
    final ContainerProcess process;
    volatile boolean broken;

    Hold(ContainerProcess process) {
      this.process = process;
    }
  }

  Freezing(Table<Container> containers, LiveContainers live) {
    this.containers = containers;
    this.live = live;
  }

  /**
   * Does the work while nothing in the container moves.
   *
   * @throws WrongStateException when somebody else has it, or changed it meanwhile
   */
  void during(ContainerId id, ContainerService.Work work) throws IOException {
    // In this order: a container that has ended is exited before it is no longer live.
    Optional<LiveContainers.Live> running = live.find(id);
    Container container = containers.require(id.value());
    boolean over = container.state() instanceof ContainerState.Exited;
    if (running.isPresent() && !over) {
      frozen(id, running.get().process(), work);
      requireKept(id);
      return;
    }
    if (running.isPresent()) {
      // It has only just ended, and may have left processes that still write.
      live.clear(container);
    }
    idle(id, container.state(), work);
  }

  /**
   * What does not run needs no freezing. A start or a removal writes down its beginning before it
   * touches a file, so that it shows afterwards.
   */
  private void idle(ContainerId id, ContainerState before, ContainerService.Work work)
      throws IOException {
    boolean idle =
        before instanceof ContainerState.Created || before instanceof ContainerState.Exited;
    if (!idle) {
      String is = before.getClass().getSimpleName().toLowerCase(Locale.ROOT);
      throw refused(id, "is " + is + " just now", "try again in a moment");
    }
    work.run();
    requireKept(id);
    if (!containers.require(id.value()).state().equals(before)) {
      throw refused(id, "was started while its files were read", "try again");
    }
  }

  /** Its files go after its state has changed: whoever missed one of them sees this. */
  private void requireKept(ContainerId id) {
    boolean kept =
        containers
            .get(id.value())
            .filter(container -> !(container.state() instanceof ContainerState.Removing))
            .isPresent();
    if (!kept) {
      throw refused(id, "was removed while its files were read", "");
    }
  }

  private void frozen(ContainerId id, ContainerProcess process, ContainerService.Work work)
      throws IOException {
    Hold hold = new Hold(process);
    if (held.putIfAbsent(id, hold) != null) {
      throw refused(id, "is kept still for somebody else", "try again when that is through");
    }
    try {
      if (ending.containsKey(id)) {
        hold.broken = true;
      }
      freeze(hold);
      if (!hold.broken) {
        work.run();
      }
    } finally {
      held.computeIfPresent(
          id,
          (_, mine) -> {
            thaw(id, mine);
            return null;
          });
    }
    if (hold.broken) {
      throw refused(
          id, "was stopped while its files were read", "try again now that it is stopped");
    }
  }

  /**
   * No lock is held for that, because it may take seconds: broken off meanwhile, it is undone when
   * it is through.
   */
  private static void freeze(Hold hold) throws IOException {
    if (hold.broken) {
      return;
    }
    try {
      hold.process.freeze();
    } catch (IOException e) {
      // Who is let go in the middle never stands still.
      if (!hold.broken) {
        throw e;
      }
    }
  }

  /**
   * Ends a container: frozen processes could not, so they are let go, and nobody freezes them till
   * this is through.
   */
  void broken(ContainerId id, Runnable end) {
    ending.merge(id, 1, Integer::sum);
    try {
      held.computeIfPresent(
          id,
          (_, hold) -> {
            hold.broken = true;
            thaw(id, hold);
            return hold;
          });
      end.run();
    } finally {
      ending.computeIfPresent(id, (_, count) -> count == 1 ? null : count - 1);
    }
  }

  private static void thaw(ContainerId id, Hold hold) {
    try {
      hold.process.thaw();
    } catch (IOException e) {
      log.error("container={} stays frozen: {}", id.brief(), e.toString());
    }
  }

  private static WrongStateException refused(ContainerId id, String what, String next) {
    return new WrongStateException(id.subject(), "container " + id.brief() + " " + what, next);
  }
}
