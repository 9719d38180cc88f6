package io.gantry.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.time.Duration;

/**
 * The numbers of the calls that clients make. There is a row for each method that was called, of
 * those that are served. Safe for all threads.
 */
public final class CallMetrics {

  private static final String SERVICE = "service";
  private static final String METHOD = "method";

  /** From what comes out of memory to a stop with a long grace. */
  private static final double[] SECONDS = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30, 120
  };

  private final Counter ended;
  private final Gauge running;
  private final Histogram duration;

  /** Registers all of them. */
  public CallMetrics(PrometheusRegistry registry) {
    ended =
        Counter.builder()
            .name("gantry_rpc_calls")
            .help("Calls that have ended, by the code of their status.")
            .labelNames(SERVICE, METHOD, "code")
            .register(registry);
    running =
        Gauge.builder()
            .name("gantry_rpc_calls_in_flight")
            .help("Calls that are under way.")
            .labelNames(SERVICE, METHOD)
            .register(registry);
    duration =
        Histogram.builder()
            .name("gantry_rpc_call_duration_seconds")
            .help("How long calls took, well or badly ended.")
            .unit(Unit.SECONDS)
            .classicOnly()
            .classicUpperBounds(SECONDS)
            .labelNames(SERVICE, METHOD)
            .register(registry);
  }

  /** A call begins; {@link #ended} follows. */
  public void began(String service, String method) {
    running.labelValues(service, method).inc();
  }

  /**
   * A call has ended.
   *
   * @param code the name of a gRPC status
   */
  public void ended(String service, String method, String code, Duration took) {
    running.labelValues(service, method).dec();
    ended.labelValues(service, method, code).inc();
    duration.labelValues(service, method).observe(took.toNanos() / 1e9);
  }
}
