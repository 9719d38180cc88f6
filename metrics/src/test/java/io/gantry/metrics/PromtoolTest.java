package io.gantry.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What Prometheus' own checker says (package prometheus of Debian). */
class PromtoolTest {

  @Test
  void promtoolFindsNothingToComplainOf() throws Exception {
    boolean there =
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "promtool")));
    assumeTrue(there, "promtool is not installed");
    PrometheusRegistry registry = new PrometheusRegistry();
    ImageMetrics images = new ImageMetrics(registry, List.of("pull", "push"));
    images.began("pull");
    images.ended("pull", "not_found", Duration.ofSeconds(2));
    CallMetrics calls = new CallMetrics(registry);
    calls.began("RuntimeService", "Version");
    calls.ended("RuntimeService", "Version", "OK", Duration.ofMillis(1));
    LifeMetrics life = new LifeMetrics(registry);
    life.census(() -> Map.of("ready", 1), () -> Map.of("running", 1), () -> 1);
    life.took("pod", "network", Duration.ofMillis(1));

    Process promtool =
        new ProcessBuilder("promtool", "check", "metrics").redirectErrorStream(true).start();
    try (OutputStream input = promtool.getOutputStream()) {
      input.write(Scrape.of(registry).getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(promtool.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(said).isEmpty();
    assertThat(promtool.exitValue()).isZero();
  }
}
