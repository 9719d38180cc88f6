package io.gantry.cli.output;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Tells times the way people do. */
public final class Ago {
  private static final DateTimeFormatter EXACT =
      DateTimeFormatter.ISO_OFFSET_DATE_TIME.withZone(ZoneOffset.UTC);

  private Ago() {}

  /**
   * How long ago something was, such as "2 minutes ago".
   *
   * @param nanos since 1970, as CRI has it; zero is told as "never"
   */
  public static String since(long nanos, Instant now) {
    if (nanos == 0) {
      return "never";
    }
    return since(instant(nanos), now);
  }

  /** How long ago something was, such as "2 minutes ago". */
  public static String since(Instant then, Instant now) {
    return words(Duration.between(then, now)) + " ago";
  }

  /** The exact time in UTC. */
  public static String exact(long nanos) {
    return EXACT.format(instant(nanos));
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }

  private static String words(Duration age) {
    if (age.toSeconds() < 1) {
      return "Less than a second";
    }
    if (age.toMinutes() < 1) {
      return counted(age.toSeconds(), "second");
    }
    if (age.toHours() < 1) {
      return age.toMinutes() == 1 ? "About a minute" : counted(age.toMinutes(), "minute");
    }
    if (age.toDays() < 2) {
      return age.toHours() == 1 ? "About an hour" : counted(age.toHours(), "hour");
    }
    return days(age.toDays());
  }

  private static String days(long days) {
    if (days < 14) {
      return counted(days, "day");
    }
    if (days < 60) {
      return counted(days / 7, "week");
    }
    return days < 730 ? counted(days / 30, "month") : counted(days / 365, "year");
  }

  private static String counted(long count, String unit) {
    return count + " " + unit + (count == 1 ? "" : "s");
  }
}
