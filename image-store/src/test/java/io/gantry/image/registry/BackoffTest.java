package io.gantry.image.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {

  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          120                           | PT2M
          ' 0 '                         | PT0S
          Thu, 01 Jan 2026 00:00:30 GMT | PT30S
          Wed, 31 Dec 2025 00:00:00 GMT | PT0S
          999999999                     | P365D
          99999999999999                | PT0S
          -5                            | PT0S
          soon                          | PT0S
          ''                            | PT0S
          """)
  void retry_after_is_read_as_seconds_or_date(String header, Duration wait) {
    HttpHeaders headers =
        HttpHeaders.of(Map.of("Retry-After", List.of(header)), (name, value) -> true);

    assertThat(Backoff.said(headers, CLOCK)).isEqualTo(wait);
  }

  @Test
  void without_the_header_nothing_is_said() {
    assertThat(Backoff.said(HttpHeaders.of(Map.of(), (name, value) -> true), CLOCK))
        .isEqualTo(Duration.ZERO);
  }

  @Test
  void pauses_grow_up_to_five_seconds_and_are_never_the_same_for_all() {
    for (int round = 0; round < 200; round++) {
      assertThat(Backoff.after(1)).isBetween(Duration.ofMillis(187), Duration.ofMillis(313));
      assertThat(Backoff.after(2)).isBetween(Duration.ofMillis(750), Duration.ofMillis(1250));
      assertThat(Backoff.after(3)).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(5));
      assertThat(Backoff.after(50)).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(5));
    }
  }
}
