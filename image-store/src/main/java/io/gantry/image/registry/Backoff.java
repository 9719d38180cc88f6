package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** How long to wait before the next try: longer each time, or as long as the registry says. */
final class Backoff {

  private static final long FIRST_MILLIS = 250;
  private static final int FACTOR = 4;
  private static final int MOST_STEPS = 3;

  /** What says more means "not today". */
  private static final Duration LONGEST_SAID = Duration.ofDays(365);

  /** What passes by itself: a server that is told to wait, overloaded, or about to be replaced. */
  private static final Set<Integer> BUSY = Set.of(408, 425, 429, 500, 502, 503, 504);

  private Backoff() {}

  static boolean isBusy(HttpResponse<?> response) {
    return BUSY.contains(response.statusCode());
  }

  /**
   * The pause after a try, a quarter of it by chance, so that nodes do not return all at once.
   *
   * @param tries how many there were, from 1
   */
  static Duration after(int tries) {
    long millis = FIRST_MILLIS * (long) Math.pow(FACTOR, Math.min(tries, MOST_STEPS) - 1);
    return Duration.ofMillis(millis * 3 / 4 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
  }

  /** What a {@code Retry-After} header wants, in seconds or as a date (RFC 9110, 10.2.3). */
  static Duration said(HttpHeaders headers, InstantSource clock) {
    String text = headers.firstValue("Retry-After").orElse("").strip();
    if (text.matches("\\d{1,9}")) {
      return shorter(Duration.ofSeconds(Long.parseLong(text)));
    }
    try {
      Duration wait =
          Duration.between(
              clock.instant(),
              ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
      return wait.isPositive() ? shorter(wait) : Duration.ZERO;
    } catch (DateTimeException e) {
      return Duration.ZERO;
    }
  }

  /** What a registry said, to stand at the end of a message; empty when it said nothing. */
  static String told(Duration said) {
    return said.isZero() ? "" : "; come again in " + said.toSeconds() + " s, it says";
  }

  static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /**
   * Waits.
   *
   * @param subject what for, for the message when interrupted
   */
  static void pause(Duration time, String subject) throws ImageException {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ImageException.Cancelled(subject, "interrupted while waiting for the registry");
    }
  }

  private static Duration shorter(Duration said) {
    return said.compareTo(LONGEST_SAID) < 0 ? said : LONGEST_SAID;
  }
}
