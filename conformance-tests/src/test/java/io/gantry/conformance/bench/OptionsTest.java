package io.gantry.conformance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {

  private static Options of(String... words) {
    return Options.of(List.of(words)).orElseThrow();
  }

  @Test
  void critestIsAProgramOrAReason() {
    assertThat(of("--quick", "--critest", "/critest").critest()).isEqualTo("/critest");
    Options without = of("--no-critest", "no Go", "--results", "/results");
    assertThat(without.critest()).isEmpty();
    assertThat(without.noCritest()).isEqualTo("no Go");
    assertThat(without.directory()).isEqualTo(Path.of("/results"));
  }

  @Test
  void aForeignRuntimeNeedsBothEndpointAndImage() {
    assertThat(of("--endpoint", "unix:///s", "--image", "i").image()).isEqualTo("i");
    assertThat(Options.of(List.of("--endpoint", "unix:///s"))).isEmpty();
    assertThat(Options.of(List.of("--image", "i"))).isEmpty();
  }

  @Test
  void aWordWithoutItsValueOrUnknownIsRefused() {
    assertThat(Options.of(List.of("--critest"))).isEmpty();
    assertThat(Options.of(List.of("--fast"))).isEmpty();
  }
}
