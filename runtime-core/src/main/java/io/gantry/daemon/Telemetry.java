package io.gantry.daemon;

import io.gantry.image.progress.WorkObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * What the daemon tells of itself in numbers. Where no address is configured it is nothing, and not
 * a class is loaded for it.
 */
interface Telemetry extends AutoCloseable {

  /** Tells nobody anything. */
  Telemetry NONE = () -> {};

  /**
   * Shows numbers from now on, until it is closed.
   *
   * @param address {@code host:port}, or empty for nothing
   */
  static Telemetry at(String address) throws IOException {
    return address.isEmpty() ? NONE : PrometheusTelemetry.start(address);
  }

  /** Counts what the image store does. */
  default WorkObserver images() {
    return WorkObserver.NONE;
  }

  /** Where it listens, if it does. */
  default Optional<InetSocketAddress> address() {
    return Optional.empty();
  }

  @Override
  void close();
}
