package io.gantry.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0B",
    "999, 999B",
    "1000, 1kB",
    "1240000, 1.24MB",
    "742000, 742kB",
    "15600000, 15.6MB",
    "999499, 999kB",
    "999500, 1MB",
    "100000000, 100MB",
    "9223372036854775807, 9.22EB"
  })
  void sizesHaveThreeDigits(long bytes, String told) {
    assertThat(Size.of(bytes)).isEqualTo(told);
  }
}
