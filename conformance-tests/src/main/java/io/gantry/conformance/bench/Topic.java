package io.gantry.conformance.bench;

import java.util.List;

/**
 * Something that is measured of each runtime.
 *
 * @param unit empty for plain numbers
 * @param headline whether it belongs into a chart
 * @param bars what Gantry has promised
 */
record Topic(String name, String unit, boolean moreIsBetter, boolean headline, List<Bar> bars) {

  Topic {
    bars = List.copyOf(bars);
  }

  static Topic less(String name, String unit, Bar... bars) {
    return new Topic(name, unit, false, false, List.of(bars));
  }

  static Topic more(String name, String unit, Bar... bars) {
    return new Topic(name, unit, true, false, List.of(bars));
  }

  /** The same for the chart. */
  Topic inChart() {
    return new Topic(name, unit, moreIsBetter, true, bars);
  }
}
