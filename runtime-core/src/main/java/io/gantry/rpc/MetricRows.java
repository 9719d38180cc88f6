package io.gantry.rpc;

import io.gantry.api.cri.v1.Metric;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Collects the metrics of one pod or container, which have most of their labels in common. */
final class MetricRows {

  private final List<String> labels;
  private final long timestamp;
  private final List<Metric> rows = new ArrayList<>();

  /**
   * Begins without rows.
   *
   * @param labels values of those that every metric has, in their order
   * @param at when it was measured
   */
  MetricRows(List<String> labels, Instant at) {
    this.labels = List.copyOf(labels);
    this.timestamp = Times.nanoseconds(at);
  }

  /**
   * Adds one.
   *
   * @param own values of the labels that only this metric has
   */
  MetricRows add(CadvisorMetric metric, long value, String... own) {
    if (own.length != metric.ownLabels()) {
      throw new IllegalArgumentException(
          metric + " has " + metric.ownLabels() + " labels of its own, not " + own.length);
    }
    rows.add(
        Metric.newBuilder()
            .setName(metric.metric())
            .setTimestamp(timestamp)
            .setMetricType(metric.type())
            .addAllLabelValues(labels)
            .addAllLabelValues(List.of(own))
            .setValue(StatsMessages.number(value))
            .build());
    return this;
  }

  List<Metric> rows() {
    return rows;
  }
}
