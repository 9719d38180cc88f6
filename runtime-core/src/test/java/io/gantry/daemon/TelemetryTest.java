package io.gantry.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.progress.Outcome;
import io.gantry.image.progress.WorkObserver;
import io.gantry.image.progress.WorkObserver.Work;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From what the store tells to what a scrape shows. */
class TelemetryTest {

  private static String scrape(Telemetry telemetry) throws IOException {
    InetSocketAddress address = telemetry.address().orElseThrow();
    URI uri = URI.create("http://127.0.0.1:" + address.getPort() + "/metrics");
    try (var body = uri.toURL().openStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @EnumSource(Outcome.class)
  void everyOutcomeIsCountedUnderItsOwnWord(Outcome outcome) throws IOException {
    try (Telemetry telemetry = Telemetry.at("127.0.0.1:0")) {
      for (Work work : Work.values()) {
        telemetry.images().began(work);
        telemetry.images().ended(work, outcome, Duration.ofSeconds(1));
      }

      assertThat(scrape(telemetry))
          .contains("operations_total{operation=\"import\",outcome=\"" + outcome.word() + "\"} 1.0")
          .contains("operations_in_flight{operation=\"commit\"} 0.0");
    }
  }

  @Test
  void whatTheStoreTellsIsShown() throws IOException {
    try (Telemetry telemetry = Telemetry.at("localhost:0")) {
      WorkObserver images = telemetry.images();
      images.received(1);
      images.sent(2);
      images.layerBegan();
      images.layerUnpacked(3);
      images.retried();
      images.turned();
      images.turned();

      assertThat(scrape(telemetry))
          .contains("gantry_image_received_bytes_total 1.0\n")
          .contains("gantry_image_sent_bytes_total 2.0\n")
          .contains("gantry_image_unpacked_bytes_total 3.0\n")
          .contains("gantry_image_layers_unpacked_total 1.0\n")
          .contains("gantry_image_layers_in_flight 1.0\n")
          .contains("gantry_image_registry_retries_total 1.0\n")
          .contains("gantry_image_registry_turns_total 2.0\n");
      images.layerEnded();
      assertThat(scrape(telemetry)).contains("gantry_image_layers_in_flight 0.0\n");
    }
  }

  @Test
  void aHostWithoutAnAddressIsNamed() {
    assertThatThrownBy(() -> Telemetry.at("nobody.invalid:0"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("metrics.address")
        .hasMessageContaining("nobody.invalid");
  }

  /** In a JVM of its own, which says what it loads. */
  @ParameterizedTest
  @ValueSource(strings = {"", "127.0.0.1:0"})
  void withoutAnAddressNothingIsLoaded(String address) throws Exception {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-Xlog:class+load",
                "-cp",
                System.getProperty("java.class.path"),
                Opening.class.getName(),
                address)
            .redirectErrorStream(true)
            .start();
    String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(java.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(said).contains("io.gantry.daemon.Telemetry ");
    assertThat(said.contains("io.prometheus.")).isEqualTo(!address.isEmpty());
    assertThat(said.contains("com.sun.net.httpserver.")).isEqualTo(!address.isEmpty());
    assertThat(java.exitValue()).isZero();
  }

  /** Opens and closes the telemetry, and nothing else. */
  static final class Opening {
    private Opening() {}

    public static void main(String[] arguments) throws IOException {
      try (Telemetry telemetry = Telemetry.at(arguments[0])) {
        telemetry.images().received(1);
      }
    }
  }
}
