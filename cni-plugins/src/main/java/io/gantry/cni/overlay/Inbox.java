package io.gantry.cni.overlay;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a source told last. A newer message takes the place of one that nobody took yet: only the
 * present counts. Thread-safe.
 */
final class Inbox implements PeerSource.Listener {

  /**
   * The present.
   *
   * @param membership null while the source has told nothing yet
   * @param failing why the source cannot say more, or empty
   * @param refused why the node may not have its blocks, or empty
   */
  record State(@Nullable Membership membership, String failing, String refused) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition told = lock.newCondition();
  private State state = new State(null, "", "");
  private boolean fresh;
  private boolean closed;

  @Override
  public void changed(Membership membership) {
    put(new State(membership, "", ""));
  }

  @Override
  public void failing(String problem) {
    lock.lock();
    try {
      put(new State(state.membership(), problem, state.refused()));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void refused(String problem) {
    lock.lock();
    try {
      put(new State(state.membership(), state.failing(), problem));
    } finally {
      lock.unlock();
    }
  }

  private void put(State changed) {
    lock.lock();
    try {
      state = changed;
      fresh = true;
      told.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The present, as soon as it is news or the time is over; null when closed. */
  @Nullable State await(Duration longest) throws InterruptedException {
    lock.lock();
    try {
      long nanos = longest.toNanos();
      while (!fresh && !closed && nanos > 0) {
        nanos = told.awaitNanos(nanos);
      }
      fresh = false;
      return closed ? null : state;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for that time or until it is closed. */
  boolean pause(Duration time) throws InterruptedException {
    lock.lock();
    try {
      long nanos = TimeUnit.MILLISECONDS.toNanos(time.toMillis());
      while (!closed && nanos > 0) {
        nanos = told.awaitNanos(nanos);
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** What an ended source told is forgotten. */
  void reset() {
    lock.lock();
    try {
      state = new State(null, "", "");
      fresh = false;
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      told.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
