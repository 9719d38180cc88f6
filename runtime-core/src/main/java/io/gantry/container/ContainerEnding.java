package io.gantry.container;

import io.gantry.container.LiveContainers.Live;
import io.gantry.error.BrokenException;
import io.gantry.error.TimedOutException;
import io.gantry.state.Operations;
import io.gantry.state.Table;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How a container is stopped and removed. No lock is held while a process is waited for. */
final class ContainerEnding {

  /** After SIGKILL only a process in an uninterruptible call takes any time. */
  private static final Duration AFTER_KILL = Duration.ofSeconds(10);

  private final Table<Container> containers;
  private final LiveContainers live;
  private final ContainerLauncher launcher;
  private final Clock clock;
  private final Operations<ContainerId, Boolean> removing = new Operations<>();

  ContainerEnding(
      Table<Container> containers, LiveContainers live, ContainerLauncher launcher, Clock clock) {
    this.containers = containers;
    this.live = live;
    this.launcher = launcher;
    this.clock = clock;
  }

  /**
   * @param signal sent first, unless the grace period is zero
   */
  void stop(Container container, int signal, Duration grace) {
    Optional<Live> found = live.find(container.id());
    if (found.isEmpty()) {
      return;
    }
    Live running = found.get();
    try {
      if (grace.isPositive()) {
        running.process().signal(signal);
        if (over(running.over(), grace)) {
          return;
        }
      }
      running.process().kill();
    } catch (IOException e) {
      if (!running.over().isDone()) {
        throw Failures.of(container.id(), "stopping", e);
      }
    }
    if (!over(running.over(), AFTER_KILL)) {
      throw new TimedOutException(
          container.id().subject(),
          "container "
              + container.id().brief()
              + " is still there "
              + AFTER_KILL.toSeconds()
              + " s after SIGKILL",
          "a process of it hangs in the kernel; look at /proc/PID/stack of " + container.state());
    }
  }

  private static boolean over(CompletableFuture<Boolean> over, Duration patience) {
    try {
      return over.get(patience.toNanos(), TimeUnit.NANOSECONDS);
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
  }
}
