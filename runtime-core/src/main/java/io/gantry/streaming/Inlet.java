package io.gantry.streaming;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a stream, from the client. The loop that reads the socket fills it and never
 * waits; one other thread takes. What lies here counts for the {@link Intake} of the connection.
 */
final class Inlet {

  private final Intake intake;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<ByteBuffer> waiting = new ArrayDeque<>();
  private boolean ended;
  private boolean cut;
  private boolean unwanted;

  Inlet(Intake intake) {
    this.intake = intake;
  }

  void offer(ByteBuffer bytes) {
    if (!bytes.hasRemaining()) {
      return;
    }
    lock.lock();
    try {
      if (ended || unwanted) {
        return;
      }
      waiting.add(bytes);
      intake.came(bytes.remaining());
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** The client has no more to send; what is here can still be taken. */
  void end() {
    end(false);
  }

  /** The client, or its interest, is gone. */
  void cut() {
    end(true);
  }

  private void end(boolean cutOff) {
    lock.lock();
    try {
      if (!ended) {
        ended = true;
        cut = cutOff;
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Whether the end came by {@link #cut}. */
  boolean wasCut() {
    lock.lock();
    try {
      return cut;
    } finally {
      lock.unlock();
    }
  }

  /** The next bytes, or null at the end. */
  @Nullable ByteBuffer take() throws InterruptedException {
    ByteBuffer next;
    lock.lock();
    try {
      while (waiting.isEmpty() && !ended && !unwanted) {
        changed.await();
      }
      next = waiting.poll();
    } finally {
      lock.unlock();
    }
    if (next != null) {
      intake.went(next.remaining());
    }
    return next;
  }

  /** Nobody will take any more: what is here goes, and what comes is dropped. */
  void abandon() {
    int bytes = 0;
    lock.lock();
    try {
      unwanted = true;
      for (ByteBuffer each : waiting) {
        bytes += each.remaining();
      }
      waiting.clear();
      changed.signal();
    } finally {
      lock.unlock();
    }
    intake.went(bytes);
  }
}
