package io.gantry.rpc;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Points in time and spans as CRI counts them. */
final class Times {

  private static final long NANOSECONDS = 1_000_000_000L;

  /** Ten years: sums of nanoseconds must not overflow, and nobody waits longer. */
  private static final long LONGEST_SECONDS = 10L * 365 * 24 * 3600;

  private Times() {}

  /** Nanoseconds since 1970, or zero for what has not happened. */
  static long nanoseconds(@Nullable Instant instant) {
    return instant == null ? 0 : instant.getEpochSecond() * NANOSECONDS + instant.getNano();
  }

  /** A span that a client gave in seconds. */
  static Duration span(long seconds, Field field) {
    return Duration.ofSeconds(Math.min(field.notNegative(seconds), LONGEST_SECONDS));
  }
}
