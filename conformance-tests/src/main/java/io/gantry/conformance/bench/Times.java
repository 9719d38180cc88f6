package io.gantry.conformance.bench;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** What the steps of many cycles took. Safe for use by many threads. */
final class Times {

  private final Map<Step, Samples> samples = new EnumMap<>(Step.class);

  Times() {
    for (Step step : Step.values()) {
      samples.put(step, new Samples());
    }
  }

  Samples of(Step step) {
    return Objects.requireNonNull(samples.get(step));
  }
}
