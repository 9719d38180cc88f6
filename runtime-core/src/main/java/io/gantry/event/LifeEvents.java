package io.gantry.event;

import io.gantry.container.Container;
import io.gantry.container.ContainerId;
import io.gantry.container.ContainerState;
import io.gantry.error.ExhaustedException;
import io.gantry.error.Subject;
import io.gantry.error.UnavailableException;
import io.gantry.event.LifeEvent.Kind;
import io.gantry.pod.Pod;
import io.gantry.pod.PodId;
import io.gantry.pod.PodState;
import io.gantry.state.Table;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The events of this node. There is one order of all: each is made while the record that changed is
 * locked, and numbered under one lock. The last ones are kept: who begins to listen is told those
 * of the last seconds too, so that whoever listed before misses nothing, and who is slower than all
 * that is kept is told so. Safe for use by many threads; nobody who changes anything waits for
 * those who listen.
 */
public final class LifeEvents implements AutoCloseable {

  /** How many events a listener may be behind. */
  static final int KEPT = 1024;

  /** How far back a new listener is told. */
  static final Duration REPLAYED = Duration.ofSeconds(10);

  private final Table<Pod> pods;
  private final Table<Container> containers;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition more = lock.newCondition();
  private final ArrayDeque<LifeEvent> kept = new ArrayDeque<>();
  private final Set<ContainerId> unborn = new HashSet<>();
  private long next = 1;
  private boolean closed;

  /** Begins to watch the tables. */
  public LifeEvents(Table<Pod> pods, Table<Container> containers, Clock clock) {
    this.pods = pods;
    this.containers = containers;
    this.clock = clock;
    pods.watch(this::podChanged);
    containers.watch(this::containerChanged);
  }

  private void podChanged(@Nullable Pod before, @Nullable Pod after) {
    if (after == null) {
      // One that was never ready was nobody's: its id has not been told to anyone.
      if (before != null && !(before.state() instanceof PodState.Creating)) {
        happened(Kind.DELETED, before.id().value(), before);
      }
    } else if (before != null) {
      if (before.state() instanceof PodState.Creating && after.ready()) {
        happened(Kind.CREATED, after.id().value(), after);
        happened(Kind.STARTED, after.id().value(), after);
      } else if (after.state() instanceof PodState.Stopped
          && !(before.state() instanceof PodState.Stopped)) {
        happened(Kind.STOPPED, after.id().value(), after);
      }
    }
  }

  private void containerChanged(@Nullable Container before, @Nullable Container after) {
    if (after == null) {
      if (before != null && wasBorn(before)) {
        happened(Kind.DELETED, before);
      }
    } else if (before != null) {
      switch (after.state()) {
        case ContainerState.Creating _, ContainerState.Starting _ -> {}
        case ContainerState.Created _ -> {
          if (before.state() instanceof ContainerState.Creating) {
            happened(Kind.CREATED, after);
          }
        }
        case ContainerState.Running _ -> {
          if (!(before.state() instanceof ContainerState.Running)) {
            happened(Kind.STARTED, after);
          }
        }
        case ContainerState.Exited _ -> {
          if (!(before.state() instanceof ContainerState.Exited)) {
            happened(Kind.STOPPED, after);
          }
        }
        case ContainerState.Removing _ -> removalBegun(before);
      }
    }
  }

  private void removalBegun(Container before) {
    if (before.state() instanceof ContainerState.Creating) {
      lock.lock();
      try {
        unborn.add(before.id());
      } finally {
        lock.unlock();
      }
    }
  }

  /** A container that could not be made has not been told to anyone. */
  private boolean wasBorn(Container container) {
    lock.lock();
    try {
      return !unborn.remove(container.id())
          && !(container.state() instanceof ContainerState.Creating);
    } finally {
      lock.unlock();
    }
  }

  private void happened(Kind kind, Container container) {
    Pod pod = pods.get(container.pod().value()).orElse(null);
    boolean there = kind != Kind.DELETED;
    publish(kind, container.id().value(), pod, members(container.pod(), there ? container : null));
  }

  private void happened(Kind kind, String id, Pod pod) {
    publish(kind, id, pod, members(pod.id(), null));
  }

  /** The other containers as they are now, and the one that has changed as the event has it. */
  private List<Container> members(PodId pod, @Nullable Container changed) {
    List<Container> members = new ArrayList<>();
    for (Container each : containers.values()) {
      boolean other = changed == null || !each.id().equals(changed.id());
      if (each.pod().equals(pod) && other && !(each.state() instanceof ContainerState.Creating)) {
        members.add(each);
      }
    }
    if (changed != null) {
      members.add(changed);
    }
    return members;
  }

  private void publish(Kind kind, String id, @Nullable Pod pod, List<Container> members) {
    lock.lock();
    try {
      kept.addLast(new LifeEvent(next++, kind, id, clock.instant(), pod, members));
      if (kept.size() > KEPT) {
        kept.removeFirst();
      }
      more.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Begins to listen, with what happened in the last seconds. */
  public Listener listen() {
    lock.lock();
    try {
      Instant since = clock.instant().minus(REPLAYED);
      return new Listener(
          kept.stream()
              .filter(event -> !event.at().isBefore(since))
              .mapToLong(LifeEvent::sequence)
              .findFirst()
              .orElse(next));
    } finally {
      lock.unlock();
    }
  }

  /** Tells all who listen that nothing more comes. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      more.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Somebody who listens, for one thread. */
  public final class Listener {

    private long wanted;

    private Listener(long first) {
      this.wanted = first;
    }

    /**
     * Waits for the next event.
     *
     * @throws ExhaustedException when it is not kept any more, because the one before was taken too
     *     long ago
     * @throws UnavailableException when the daemon stops
     */
    public LifeEvent next() throws InterruptedException {
      lock.lockInterruptibly();
      try {
        while (!closed && wanted == next) {
          more.await();
        }
        if (closed) {
          throw new UnavailableException(
              new Subject("node", "events"), "the daemon stops", "listen again when it is back");
        }
        long oldest = kept.getFirst().sequence();
        if (wanted < oldest) {
          throw new ExhaustedException(
              new Subject("node", "events"),
              "%d events are lost, because %d had come since the last one was taken"
                  .formatted(oldest - wanted, next - wanted),
              "list pods and containers, and listen again");
        }
        LifeEvent found = kept.stream().skip(wanted - oldest).findFirst().orElseThrow();
        wanted++;
        return found;
      } finally {
        lock.unlock();
      }
    }
  }
}
