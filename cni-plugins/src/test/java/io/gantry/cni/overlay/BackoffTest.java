package io.gantry.cni.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class BackoffTest {

  @Test
  void theTimeGrowsToALimitAndIsNeverTheSameForAll() {
    Backoff backoff = new Backoff(RandomGenerator.of("L64X128MixRandom"));
    Duration whole = Duration.ofMillis(500);
    for (int i = 0; i < 20; i++) {
      assertThat(backoff.failed()).isBetween(whole.dividedBy(2), whole);
      whole = whole.multipliedBy(2);
      if (whole.compareTo(Duration.ofSeconds(30)) > 0) {
        whole = Duration.ofSeconds(30);
      }
    }
    assertThat(whole).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void afterASuccessItIsShortAgain() {
    Backoff backoff = new Backoff(RandomGenerator.of("L64X128MixRandom"));
    for (int i = 0; i < 10; i++) {
      backoff.failed();
    }
    backoff.succeeded();
    assertThat(backoff.failed()).isLessThanOrEqualTo(Duration.ofMillis(500));
  }
}
