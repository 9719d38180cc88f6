package io.gantry.conformance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class RowTest {

  private static final Topic CALL =
      Topic.less("call", "ms", new Bar.PartOfPeer(0.1), new Bar.AtMost(25));
  private static final Topic RATE = Topic.more("rate", "/s", new Bar.TimesPeer(10));

  @Test
  void aBarIsReachedAtItsVeryValue() {
    assertThat(row(CALL, 25, 250).bars()).isEqualTo("≤ 1/10 ✓, ≤ 25 ms ✓");
  }

  @Test
  void aBarCanBeMissedWhileAnotherIsReached() {
    assertThat(row(CALL, 20, 199).bars()).isEqualTo("≤ 1/10 ✗, ≤ 25 ms ✓");
    assertThat(row(CALL, 26, 500).bars()).isEqualTo("≤ 1/10 ✓, ≤ 25 ms ✗");
  }

  @Test
  void aBarThatNeedsAPeerIsNotJudgedWithoutOne() {
    Row alone = new Row(Figure.once(CALL, 20), Optional.empty());
    assertThat(alone.bars()).isEqualTo("≤ 1/10, ≤ 25 ms ✓");
    assertThat(alone.judged()).containsExactly(true);
    assertThat(alone.timesBetter()).isEmpty();
  }

  @Test
  void whereMoreIsBetterTheRatioTurnsAround() {
    assertThat(row(CALL, 20, 100).timesBetter()).hasValue(5);
    assertThat(row(RATE, 50, 5).timesBetter()).hasValue(10);
    assertThat(row(RATE, 50, 5).bars()).isEqualTo("≥ 10 × ✓");
    assertThat(row(RATE, 49, 5).bars()).isEqualTo("≥ 10 × ✗");
  }

  static Row row(Topic topic, double value, double peer) {
    return new Row(Figure.once(topic, value), Optional.of(Figure.once(topic, peer)));
  }
}
