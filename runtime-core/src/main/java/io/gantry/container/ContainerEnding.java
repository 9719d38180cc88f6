package io.gantry.container;

import io.gantry.container.ContainerState.Starting;
import io.gantry.container.LiveContainers.Live;
import io.gantry.error.BrokenException;
import io.gantry.error.TimedOutException;
import io.gantry.state.Operations;
import io.gantry.state.Table;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a container is stopped and removed. No lock is held while a process is waited for. */
final class ContainerEnding {

  /** After SIGKILL only a process in an uninterruptible call takes any time. */
  private static final Duration AFTER_KILL = Duration.ofSeconds(10);

  private static final int KILLED = 128 + Signals.KILL;

  private static final Logger log = LoggerFactory.getLogger(ContainerEnding.class);

  private final Table<Container> containers;
  private final LiveContainers live;
  private final ContainerLauncher launcher;
  private final Clock clock;
  private final ContainerListener listener;
  private final Operations<ContainerId, Boolean> removing = new Operations<>();

  ContainerEnding(
      Table<Container> containers,
      LiveContainers live,
      ContainerLauncher launcher,
      Clock clock,
      ContainerListener listener) {
    this.listener = listener;
    this.containers = containers;
    this.live = live;
    this.launcher = launcher;
    this.clock = clock;
  }

  /**
   * @param signal sent first, unless the grace period is zero
   */
  void stop(Container container, int signal, Duration grace) {
    end(container, signal, grace);
    containers.get(container.id().value()).ifPresent(listener::stopped);
  }

  private void end(Container container, int signal, Duration grace) {
    Optional<Live> found = live.find(container.id());
    if (found.isEmpty()) {
      endUnwatched(container.id());
      return;
    }
    Live running = found.get();
    if (grace.isPositive() && signalled(container, running, signal) && over(running, grace)) {
      return;
    }
    kill(container, running);
    if (!over(running, AFTER_KILL)) {
      throw new TimedOutException(
          container.id().subject(),
          "container "
              + container.id().brief()
              + " is still there "
              + AFTER_KILL.toSeconds()
              + " s after SIGKILL",
          "a process of it hangs in the kernel, or its supervisor is stopped; look at /proc/PID/stack of "
              + container.state());
    }
  }

  /**
   * A signal that cannot be delivered is no reason to let the container go on: the kill follows.
   */
  private static boolean signalled(Container container, Live running, int signal) {
    try {
      running.process().signal(signal);
      return true;
    } catch (IOException e) {
      log.warn("stop signal not delivered container={}: {}", container.id().brief(), e.toString());
      return running.over().isDone();
    }
  }

  private static void kill(Container container, Live running) {
    try {
      running.process().kill();
    } catch (IOException e) {
      if (!running.over().isDone()) {
        throw Failures.of(container.id(), "stopping", e);
      }
    }
  }

  /**
   * Running by its record, but nobody watches it: what is there is killed, and the record made
   * true.
   */
  private void endUnwatched(ContainerId id) {
    Optional<Container> known = containers.get(id.value());
    boolean active =
        known
            .map(Container::state)
            .filter(
                state -> PublicState.of(state) == PublicState.RUNNING || state instanceof Starting)
            .isPresent();
    if (!active) {
      return;
    }
    try {
      launcher.clear(known.get());
    } catch (IOException e) {
      throw Failures.of(id, "killing what is left", e);
    }
    containers.update(
        id.value(),
        container ->
            Transitions.after(
                container,
                new ContainerEvent.Ended(
                    clock.instant(), KILLED, "Error", "killed, because nobody supervised it")));
  }

  private static boolean over(Live running, Duration patience) {
    try {
      return running.over().get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      return false;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a container to end", e);
    }
  }

  /** Removes a container that does not run. */
  void remove(ContainerId id) {
    removing.join(
        id,
        () -> {
          if (containers.get(id.value()).isPresent()) {
            discard(id);
          }
          return true;
        });
  }

  private void discard(ContainerId id) {
    Container going =
        containers.update(
            id.value(),
            container ->
                Transitions.after(container, new ContainerEvent.RemovalBegun(clock.instant())));
    live.clear(going);
    try {
      launcher.discard(going);
    } catch (IOException e) {
      throw new BrokenException(
          id.subject(),
          "removing container " + id.brief() + " failed: " + e.getMessage(),
          "try again; the container stays listed until everything of it is gone",
          e);
    }
    containers.remove(id.value());
    listener.removed(going);
  }
}
