package io.gantry.cni.overlay;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before something is tried again: twice as long each time, up to a limit, and by
 * chance a different time on each node, so that not all come at once when a server is back. Not
 * thread-safe.
 */
public final class Backoff {

  private static final Duration FIRST = Duration.ofMillis(500);
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final RandomGenerator random;
  private Duration next = FIRST;

  public Backoff(RandomGenerator random) {
    this.random = random;
  }

  /** The time to wait after one more failure: from half to all of what it has grown to. */
  public Duration failed() {
    Duration whole = next;
    next = whole.multipliedBy(2).compareTo(LONGEST) > 0 ? LONGEST : whole.multipliedBy(2);
    long half = whole.toMillis() / 2;
    return Duration.ofMillis(half + random.nextLong(half + 1));
  }

  /** It worked: the next failure is the first again. */
  public void succeeded() {
    next = FIRST;
  }
}
