package io.gantry.conformance.critest;

import java.util.Locale;

/**
 * One line of the list of expectations.
 *
 * @param spec its full name
 * @param reason why it cannot run here, or what it waits for; empty for those that pass
 * @param place file and line number, for complaints
 */
record Expectation(String spec, Kind kind, String reason, String place) {

  enum Kind {
    /** It passes. */
    PASS,
    /** Something outside of Gantry keeps it from running. */
    SKIP,
    /** It will pass when what it waits for is there. */
    TODO;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
