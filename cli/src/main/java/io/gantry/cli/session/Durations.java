package io.gantry.cli.session;

import java.time.Duration;
import java.util.regex.Pattern;

/** Reads lengths of time as people write them. */
public final class Durations {
  private static final Pattern PART = Pattern.compile("(\\d+)(ms|s|m|h|d)");
  private static final Pattern WHOLE = Pattern.compile("(?:\\d+(?:ms|s|m|h|d))+");

  private Durations() {}

  /**
   * Reads {@code 10s}, {@code 1h30m}, {@code 500ms}, {@code 2d}, or plain seconds.
   *
   * @throws CliException for anything else
   */
  public static Duration parse(String text) {
    try {
      if (!WHOLE.matcher(text).matches()) {
        return Duration.ofSeconds(Integer.parseUnsignedInt(text));
      }
      var sum = Duration.ZERO;
      for (var part = PART.matcher(text); part.find(); ) {
        sum = sum.plus(one(Long.parseLong(part.group(1)), part.group(2)));
      }
      return sum;
    } catch (NumberFormatException | ArithmeticException e) {
      throw CliException.misused("no length of time: \"" + text + "\": want 30, 30s, 5m or 1h30m");
    }
  }

  private static Duration one(long count, String unit) {
    return switch (unit) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }
}
