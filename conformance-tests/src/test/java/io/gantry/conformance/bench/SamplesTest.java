package io.gantry.conformance.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalDouble;
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

  @Test
  void aFigureBeyondItsLimitIsMarked() {
    Figure over =
        new Figure("slow", "ms", 30, OptionalDouble.empty(), OptionalDouble.empty(), 1).within(25);
    Report report = new Report("it 1", "here", List.of(over, Figure.once("free", "s", 1)));
    assertThat(report.table()).contains("120 % OVER");
    assertThat(report.json()).contains("\"limit\": 25.000").contains("\"p95\": null");
  }
}
