package io.gantry.cli.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.cli.session.CliException;
import org.junit.jupiter.api.Test;

class TalkTest {

  @Test
  void theStatusAtTheEndIsTheExitCode() {
    assertThat(Talk.code("{\"metadata\":{},\"status\":\"Success\"}")).isZero();
    assertThat(
            Talk.code(
                "{\"status\":\"Failure\",\"message\":\"m\",\"reason\":\"NonZeroExitCode\","
                    + "\"details\":{\"causes\":[{\"reason\":\"ExitCode\",\"message\":\"42\"}]}}"))
        .isEqualTo(42);
  }

  @Test
  void anyOtherFailureIsToldInItsOwnWords() {
    assertThatThrownBy(() ->
            Talk.code(
                "{\"status\":\"Failure\",\"message\":\"Internal error occurred: no\","
                    + "\"reason\":\"InternalError\"}"))
        .isInstanceOf(CliException.class)
        .hasMessage("Internal error occurred: no");
  }

  @Test
  void aStreamThatBreaksOffIsNoSuccess() {
    assertThatThrownBy(() -> Talk.code(""))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("ended without a word");
  }
}
