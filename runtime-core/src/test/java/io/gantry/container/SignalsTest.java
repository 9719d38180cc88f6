package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.InvalidException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignalsTest {

  @ParameterizedTest
  @CsvSource({
    "SIGTERM,15",
    "TERM,15",
    "sigkill,9",
    "15,15",
    "SIGRTMIN,34",
    "SIGRTMIN+3,37",
    "RTMAX-1,63",
    "SIGUSR1,10",
    "64,64"
  })
  void aSignalIsKnownByNameAndNumber(String text, int number) {
    assertThat(Signals.number(text)).isEqualTo(number);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "SIG", "SIGFOO", "0", "65", "-1", "SIGRTMAX-40", "RTMIN+99", "9 9"})
  void whatIsNoSignalIsRefusedByItsText(String text) {
    assertThatThrownBy(() -> Signals.number(text))
        .isInstanceOf(InvalidException.class)
        .hasMessage("no such signal \"" + text + "\"");
  }
}
