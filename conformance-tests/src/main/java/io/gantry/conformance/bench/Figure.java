package io.gantry.conformance.bench;

import java.util.OptionalDouble;

/**
 * One measured figure. Where there are several runs it is their median.
 *
 * @param value in the topic's unit
 * @param high the 95th percentile, where there are enough runs for one
 */
record Figure(Topic topic, double value, OptionalDouble high, int runs) {

  private static final int RUNS_FOR_A_PERCENTILE = 20;

  static Figure once(Topic topic, double value) {
    return new Figure(topic, value, OptionalDouble.empty(), 1);
  }

  static Figure of(Topic topic, Samples samples) {
    return new Figure(
        topic,
        samples.percentile(50),
        samples.count() >= RUNS_FOR_A_PERCENTILE
            ? OptionalDouble.of(samples.percentile(95))
            : OptionalDouble.empty(),
        samples.count());
  }
}
