package io.gantry.metrics.sample;

/**
 * How long tasks of a group waited for a resource (Documentation/accounting/psi.rst).
 *
 * @param some while at least one task waited
 * @param full while all that could have run waited
 */
public record Pressure(Line some, Line full) {

  /**
   * One line of a pressure file.
   *
   * @param average10 percent of the last ten seconds
   * @param average60 percent of the last minute
   * @param average300 percent of the last five minutes
   * @param totalMicros since the group was made
   */
  public record Line(double average10, double average60, double average300, long totalMicros) {

    static final Line NONE = new Line(0, 0, 0, 0);
  }
}
