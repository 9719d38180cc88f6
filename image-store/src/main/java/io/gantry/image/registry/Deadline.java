package io.gantry.image.registry;

import java.time.Duration;

/**
 * The end of the time that something may take.
 *
 * @param allowed how much it was at the beginning
 * @param end in the terms of {@link System#nanoTime}
 */
record Deadline(Duration allowed, long end) {

  static Deadline in(Duration allowed) {
    return new Deadline(allowed, System.nanoTime() + allowed.toNanos());
  }

  /** Zero when it is over. */
  Duration left() {
    return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }

  boolean isOver() {
    return left().isZero();
  }

  boolean leavesRoomFor(Duration wait) {
    return left().compareTo(wait) > 0;
  }
}
