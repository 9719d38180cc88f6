package io.gantry.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.time.Duration;
import java.util.List;

/**
 * The numbers of the image store, named as Prometheus wants them
 * (https://prometheus.io/docs/practices/naming/). Labels have few values; names of images are none.
 * Adding takes no lock, and reading none of those who add. Safe for all threads.
 */
public final class ImageMetrics {

  private static final String OPERATION = "operation";

  /** From what is here already to what takes an evening over a thin line. */
  private static final double[] SECONDS = {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900};

  private final Counter started;
  private final Counter ended;
  private final Gauge running;
  private final Histogram duration;
  private final Counter received;
  private final Counter sent;
  private final Counter unpackedBytes;
  private final Counter unpackedLayers;
  private final Gauge layersRunning;
  private final Counter retries;
  private final Counter turns;

  /**
   * Registers all of them, with a row for each operation from the beginning.
   *
   * @param operations all that there are
   */
  public ImageMetrics(PrometheusRegistry registry, List<String> operations) {
    started =
        counter("operations_started", "Pulls, pushes, imports and commits that have begun.")
            .labelNames(OPERATION)
            .register(registry);
    ended =
        counter("operations", "Those that have ended, by how.")
            .labelNames(OPERATION, "outcome")
            .register(registry);
    running =
        gauge("operations_in_flight", "Those that are under way.")
            .labelNames(OPERATION)
            .register(registry);
    duration =
        Histogram.builder()
            .name("gantry_image_operation_duration_seconds")
            .help("How long they took, well or badly ended.")
            .unit(Unit.SECONDS)
            .classicOnly()
            .classicUpperBounds(SECONDS)
            .labelNames(OPERATION)
            .register(registry);
    received = bytes("received", "Bytes of layers that came from registries.").register(registry);
    sent = bytes("sent", "Bytes of blobs that registries have taken.").register(registry);
    unpackedBytes = bytes("unpacked", "Bytes that layers were unpacked to.").register(registry);
    unpackedLayers = counter("layers_unpacked", "Layers that were unpacked.").register(registry);
    layersRunning =
        gauge("layers_in_flight", "Layers that come and are unpacked now.").register(registry);
    retries =
        counter("registry_retries", "Times that an endpoint was asked once more.")
            .register(registry);
    turns =
        counter("registry_turns", "Times that another endpoint was asked in one's place.")
            .register(registry);
    operations.forEach(this::show);
  }

  private void show(String operation) {
    started.initLabelValues(operation);
    ended.initLabelValues(operation, "done");
    running.initLabelValues(operation);
    duration.initLabelValues(operation);
  }

  private static Counter.Builder counter(String name, String help) {
    return Counter.builder().name("gantry_image_" + name).help(help);
  }

  private static Counter.Builder bytes(String name, String help) {
    return counter(name + "_bytes", help).unit(Unit.BYTES);
  }

  private static Gauge.Builder gauge(String name, String help) {
    return Gauge.builder().name("gantry_image_" + name).help(help);
  }

  /** An operation begins; {@link #ended} follows. */
  public void began(String operation) {
    started.labelValues(operation).inc();
    running.labelValues(operation).inc();
  }

  /**
   * An operation has ended.
   *
   * @param outcome one of a few words
   */
  public void ended(String operation, String outcome, Duration took) {
    running.labelValues(operation).dec();
    ended.labelValues(operation, outcome).inc();
    duration.labelValues(operation).observe(took.toNanos() / 1e9);
  }

  public void received(long bytes) {
    received.inc(bytes);
  }

  public void sent(long bytes) {
    sent.inc(bytes);
  }

  /** A layer begins to come; {@link #layerEnded} follows. */
  public void layerBegan() {
    layersRunning.inc();
  }

  public void layerUnpacked(long bytes) {
    unpackedLayers.inc();
    unpackedBytes.inc(bytes);
  }

  public void layerEnded() {
    layersRunning.dec();
  }

  public void retried() {
    retries.inc();
  }

  public void turned() {
    turns.inc();
  }
}
