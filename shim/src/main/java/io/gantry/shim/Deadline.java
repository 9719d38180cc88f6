package io.gantry.shim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/**
 * Closes a connection when the shim has not kept its own timeout: a stopped or wedged shim must not
 * hold a caller for ever.
 */
final class Deadline implements AutoCloseable {

  private static final Duration GRACE = Duration.ofSeconds(5);

  private final Thread timer;

  private Deadline(Thread timer) {
    this.timer = timer;
  }

  /** Zero means there is no deadline. */
  static Deadline closing(ShimConnection connection, Duration timeout) {
    Thread timer =
        Thread.ofVirtual().name("shim-deadline").unstarted(() -> wait(connection, timeout));
    if (!timeout.isZero()) {
      timer.start();
    }
    return new Deadline(timer);
  }

  private static void wait(ShimConnection connection, Duration timeout) {
    try {
      Thread.sleep(timeout.plus(GRACE));
      connection.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    timer.interrupt();
  }
}
