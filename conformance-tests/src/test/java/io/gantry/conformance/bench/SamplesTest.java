package io.gantry.conformance.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SamplesTest {

  @Test
  void aPercentileIsASampleThatWasSeen() {
    Samples samples = new Samples();
    for (int i = 1; i <= 20; i++) {
      samples.add(i * 1_000_000L);
    }
    assertThat(samples.percentile(50)).isEqualTo(10);
    assertThat(samples.percentile(95)).isEqualTo(19);
    assertThat(samples.percentile(100)).isEqualTo(20);
  }

  @Test
  void nothingMeasuredHasNoPercentile() {
    assertThatThrownBy(() -> new Samples().percentile(50))
        .isInstanceOf(IllegalStateException.class);
  }
}
