package io.gantry.daemon;

import io.gantry.container.Container;
import io.gantry.image.progress.WorkObserver;
import io.gantry.pod.Pod;
import io.gantry.rpc.RpcObserver;
import io.gantry.state.PhaseWatch;
import io.gantry.state.Table;
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

  /** Counts the calls of clients. */
  default RpcObserver calls() {
    return RpcObserver.NONE;
  }

  /** Measures how long pods and containers take to start. */
  default PhaseWatch phases() {
    return PhaseWatch.NONE;
  }

  /** Shows how many pods and containers there are, by what they do, and what becomes of them. */
  default void watch(Table<Pod> pods, Table<Container> containers) {}

  /** Something was found when the daemon started that was not as its records said. */
  default void recovered(String kind) {}

  /** Where it listens, if it does. */
  default Optional<InetSocketAddress> address() {
    return Optional.empty();
  }

  @Override
  void close();
}
