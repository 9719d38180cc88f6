package io.gantry.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgoTest {
  private static final long THEN = 1_767_366_245L * 1_000_000_000L;

  @ParameterizedTest
  @CsvSource({
    "PT0.4S, Less than a second ago",
    "PT1S, 1 second ago",
    "PT59S, 59 seconds ago",
    "PT60S, About a minute ago",
    "PT119S, About a minute ago",
    "PT2M, 2 minutes ago",
    "PT60M, About an hour ago",
    "PT47H59M, 47 hours ago",
    "P2D, 2 days ago",
    "P13D, 13 days ago",
    "P14D, 2 weeks ago",
    "P59D, 8 weeks ago",
    "P60D, 2 months ago",
    "P729D, 24 months ago",
    "P730D, 2 years ago",
    "PT-5S, Less than a second ago"
  })
  void agesAreToldInTheLargestFittingUnit(Duration age, String told) {
    assertThat(Ago.since(THEN, Instant.ofEpochSecond(0, THEN).plus(age))).isEqualTo(told);
  }

  @Test
  void zeroIsNoTime() {
    assertThat(Ago.since(0, Instant.EPOCH)).isEqualTo("never");
  }

  @Test
  void exactTimesKeepTheirNanoseconds() {
    assertThat(Ago.exact(THEN + 12)).isEqualTo("2026-01-02T15:04:05.000000012Z");
  }
}
