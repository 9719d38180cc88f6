package io.gantry.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.time.Duration;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** The numbers of pods and containers and of what becomes of them. Safe for all threads. */
public final class LifeMetrics {

  /** A pod takes some milliseconds, on a starved machine or with a slow plugin seconds. */
  private static final double[] SECONDS = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30
  };

  private final PrometheusRegistry registry;
  private final Histogram phases;
  private final Counter outOfMemory;
  private final Counter recovered;

  /** Registers those that are counted. */
  public LifeMetrics(PrometheusRegistry registry) {
    this.registry = registry;
    phases =
        Histogram.builder()
            .name("gantry_start_phase_duration_seconds")
            .help("How long the steps of starting pods and containers took.")
            .unit(Unit.SECONDS)
            .classicOnly()
            .classicUpperBounds(SECONDS)
            .labelNames("object", "phase")
            .register(registry);
    outOfMemory =
        Counter.builder()
            .name("gantry_container_oom_kills")
            .help("Containers that ended because their memory was used up.")
            .register(registry);
    recovered =
        Counter.builder()
            .name("gantry_recovery_findings")
            .help("What was not as the records said when the daemon started.")
            .labelNames("object")
            .register(registry);
    for (String object : new String[] {"pod", "container", "network"}) {
      recovered.initLabelValues(object);
    }
  }

  /**
   * Shows how many there are from now on; asked at each scrape, and answered from memory.
   *
   * @param pods how many there are of each state
   * @param containers the same
   * @param shims how many supervisors live
   */
  public void census(
      Supplier<Map<String, Integer>> pods,
      Supplier<Map<String, Integer>> containers,
      IntSupplier shims) {
    byState("gantry_pods", "Pods by their state.", pods);
    byState("gantry_containers", "Containers by their state.", containers);
    GaugeWithCallback.builder()
        .name("gantry_shims")
        .help("Supervisors of containers and holders of pods that live.")
        .callback(callback -> callback.call(shims.getAsInt()))
        .register(registry);
  }

  private void byState(String name, String help, Supplier<Map<String, Integer>> counts) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames("state")
        .callback(callback -> counts.get().forEach((state, count) -> callback.call(count, state)))
        .register(registry);
  }

  /**
   * A step of starting something has ended well.
   *
   * @param object pod or container
   * @param phase one of a few words
   */
  public void took(String object, String phase, Duration took) {
    phases.labelValues(object, phase).observe(took.toNanos() / 1e9);
  }

  public void outOfMemory() {
    outOfMemory.inc();
  }

  /**
   * Something was not as its record said.
   *
   * @param object pod, container or network
   */
  public void recovered(String object) {
    recovered.labelValues(object).inc();
  }
}
