package io.gantry.conformance.bench;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * One measured figure. Where there are several runs it is their median.
 *
 * @param value in the unit
 * @param high the 95th percentile, where there are several runs
 * @param limit what the value must not exceed, where something is promised
 */
record Figure(
    String name, String unit, double value, OptionalDouble high, OptionalDouble limit, int runs) {

  static Figure once(String name, String unit, double value) {
    return new Figure(name, unit, value, OptionalDouble.empty(), OptionalDouble.empty(), 1);
  }

  static Figure of(String name, Samples samples) {
    return new Figure(
        name,
        "ms",
        samples.percentile(50),
        OptionalDouble.of(samples.percentile(95)),
        OptionalDouble.empty(),
        samples.count());
  }

  Figure within(double most) {
    return new Figure(name, unit, value, high, OptionalDouble.of(most), runs);
  }

  String json() {
    return String.format(
        Locale.ROOT,
        "{\"name\": \"%s\", \"unit\": \"%s\", \"value\": %.3f, \"p95\": %s, \"limit\": %s, \"runs\": %d}",
        name,
        unit,
        value,
        orNull(high),
        orNull(limit),
        runs);
  }

  private static String orNull(OptionalDouble number) {
    return number.isPresent() ? String.format(Locale.ROOT, "%.3f", number.getAsDouble()) : "null";
  }
}
