package io.gantry.cli.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({"30, PT30S", "30s, PT30S", "1h30m, PT1H30M", "500ms, PT0.5S", "2d, PT48H", "0, PT0S"})
  void lengthsAreReadAsPeopleWriteThem(String text, String expected) {
    assertThat(Durations.parse(text)).hasToString(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "soon", "5 m", "1y", "m", "99999999999999999999s"})
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> Durations.parse(text))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("no length of time: \"" + text + "\"");
  }
}
