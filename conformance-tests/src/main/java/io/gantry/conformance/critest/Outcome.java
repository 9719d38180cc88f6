package io.gantry.conformance.critest;

/**
 * How one spec ended, as the report has it.
 *
 * @param reason what it said when it did not pass, or empty
 */
record Outcome(Kind kind, String reason) {

  enum Kind {
    PASSED,
    FAILED,
    /** The spec looked around and gave up. */
    SKIPPED,
    /** Nobody asked for it: a filter on the command line left it out. */
    LEFT_OUT
  }
}
