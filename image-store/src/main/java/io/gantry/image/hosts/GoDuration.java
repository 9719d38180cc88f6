package io.gantry.image.hosts;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go writes them, such as {@code 1m30s} or {@code 1.5s}. */
final class GoDuration {

  private static final Pattern PART = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|us|ns|h|m|s)");
  private static final Map<String, Long> NANOS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);

  private static final BigDecimal A_DAY = BigDecimal.valueOf(Duration.ofDays(1).toNanos());

  private GoDuration() {}

  /** The duration, or empty when the text is none, not positive, or longer than a day. */
  static Optional<Duration> parse(String text) {
    Matcher part = PART.matcher(text);
    BigDecimal nanos = BigDecimal.ZERO;
    int at = 0;
    while (at < text.length() && part.find(at) && part.start() == at) {
      BigDecimal unit = BigDecimal.valueOf(NANOS.getOrDefault(part.group(2), 0L));
      nanos = nanos.add(new BigDecimal(part.group(1)).multiply(unit));
      at = part.end();
    }
    boolean usable = nanos.compareTo(BigDecimal.ONE) >= 0 && nanos.compareTo(A_DAY) <= 0;
    return at == text.length() && usable
        ? Optional.of(Duration.ofNanos(nanos.longValue()))
        : Optional.empty();
  }
}
