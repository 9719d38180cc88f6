package io.gantry.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.InvalidException;
import java.util.List;
import org.junit.jupiter.api.Test;

class EnvironmentTest {

  private static final String PATH =
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  @Test
  void defaultsFillWhatNobodySays() {
    assertThat(Environment.of(List.of(), List.of(), "pod-1", true, "/home/u"))
        .containsExactly(PATH, "HOSTNAME=pod-1", "TERM=xterm", "HOME=/home/u");
    assertThat(Environment.of(List.of(), List.of(), "", false, "/"))
        .containsExactly(PATH, "HOME=/");
  }

  @Test
  void laterOnesWinAndEachNameIsThereOnce() {
    assertThat(
            Environment.of(
                List.of("PATH=/img", "A=1", "B=1", "HOME=/img"),
                List.of("B=2", "A=", "TERM=dumb", "B=3"),
                "pod",
                true,
                "/home/u"))
        .containsExactly("PATH=/img", "HOSTNAME=pod", "TERM=dumb", "A=", "B=3", "HOME=/img");
  }

  @Test
  void valuesMayHoldEqualsSignsAndNonsenseIsLeftOut() {
    assertThat(Environment.of(List.of("A=b=c", "NONSENSE", "=x", ""), List.of(), "", false, "/"))
        .containsExactly(PATH, "A=b=c", "HOME=/");
  }

  @Test
  void zeroBytesAreRefused() {
    assertThatThrownBy(() -> Environment.of(List.of(), List.of("A=b\0c"), "", false, "/"))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("A");
  }
}
