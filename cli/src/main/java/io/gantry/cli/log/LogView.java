package io.gantry.cli.log;

import java.time.Instant;

/**
 * Which part of a log is shown, and how.
 *
 * @param timestamps put the time before each line
 * @param since leave out what is older; {@link Instant#MIN} leaves out nothing
 * @param limit stop after so many bytes
 */
public record LogView(boolean timestamps, Instant since, long limit) {
  /** Everything, as it was printed. */
  public static final LogView PLAIN = new LogView(false, Instant.MIN, Long.MAX_VALUE);
}
