package io.gantry.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumberListTest {

  @Test
  void numbersAndRangesInAnyOrder() {
    assertThat(NumberList.parse("8,0-2\n")).hasToString("{0, 1, 2, 8}");
    assertThat(NumberList.parse("5-5,5")).hasToString("{5}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1,", "a", "3-1", "-1", "1-2-3", "123456", "1 2"})
  void anythingElseIsRefusedWithThePart(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NumberList.parse(text))
        .withMessageContaining("\"");
  }
}
