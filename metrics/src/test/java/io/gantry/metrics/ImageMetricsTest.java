package io.gantry.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ImageMetricsTest {

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ImageMetrics images = new ImageMetrics(registry, List.of("pull", "push"));

  @Test
  void everyOperationHasItsRowsBeforeItHappens() throws IOException {
    assertThat(Scrape.of(registry))
        .contains("gantry_image_operations_started_total{operation=\"push\"} 0.0\n")
        .contains("gantry_image_operations_total{operation=\"push\",outcome=\"done\"} 0.0\n")
        .contains("gantry_image_operations_in_flight{operation=\"push\"} 0.0\n")
        .contains("gantry_image_operation_duration_seconds_count{operation=\"push\"} 0\n");
  }

  @Test
  void anOperationIsInFlightUntilItEndsAndThenCountedByHow() throws IOException {
    images.began("pull");
    images.began("pull");
    images.ended("pull", "not_found", Duration.ofMillis(1500));

    assertThat(Scrape.of(registry))
        .contains("gantry_image_operations_started_total{operation=\"pull\"} 2.0\n")
        .contains("gantry_image_operations_in_flight{operation=\"pull\"} 1.0\n")
        .contains("gantry_image_operations_total{operation=\"pull\",outcome=\"not_found\"} 1.0\n")
        .contains("gantry_image_operation_duration_seconds_sum{operation=\"pull\"} 1.5\n")
        .contains("duration_seconds_bucket{operation=\"pull\",le=\"1.0\"} 0\n")
        .contains("duration_seconds_bucket{operation=\"pull\",le=\"2.5\"} 1\n");
  }

  @Test
  void layersBytesAndTroublesAreCounted() throws IOException {
    images.layerBegan();
    images.layerBegan();
    images.received(1000);
    images.layerUnpacked(4000);
    images.layerEnded();
    images.sent(10);
    images.retried();
    images.turned();
    images.turned();

    assertThat(Scrape.of(registry))
        .contains("gantry_image_layers_in_flight 1.0\n")
        .contains("gantry_image_received_bytes_total 1000.0\n")
        .contains("gantry_image_layers_unpacked_total 1.0\n")
        .contains("gantry_image_unpacked_bytes_total 4000.0\n")
        .contains("gantry_image_sent_bytes_total 10.0\n")
        .contains("gantry_image_registry_retries_total 1.0\n")
        .contains("gantry_image_registry_turns_total 2.0\n");
  }

  @Test
  void manyThreadsLoseNothing() throws Exception {
    List<Future<?>> ends = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int thread = 0; thread < 8; thread++) {
        ends.add(
            threads.submit(() -> {
              for (int i = 0; i < 10_000; i++) {
                images.received(3);
              }
            }));
      }
      for (int i = 0; i < 50; i++) {
        assertThat(Scrape.of(registry)).contains("gantry_image_received_bytes_total ");
      }
      for (Future<?> end : ends) {
        end.get();
      }
    }

    assertThat(Scrape.of(registry)).contains("gantry_image_received_bytes_total 240000.0\n");
  }

  /** A row of the page: name, type, labels in the order in which they are shown. */
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `(gantry_[a-z_]+)` \\| (\\w+) \\|([^|]*)\\|");

  @Test
  void thePageForUsersListsWhatAScrapeShows() throws IOException {
    images.began("pull");
    images.ended("pull", "done", Duration.ofSeconds(1));
    CallMetrics calls = new CallMetrics(registry);
    calls.began("RuntimeService", "Version");
    calls.ended("RuntimeService", "Version", "OK", Duration.ofMillis(1));
    LifeMetrics life = new LifeMetrics(registry);
    life.census(() -> Map.of("ready", 1), () -> Map.of("running", 1), () -> 1);
    life.took("pod", "network", Duration.ofMillis(1));
    List<String> told = new ArrayList<>();
    Matcher rows = ROW.matcher(Files.readString(Path.of("../docs/metrics.md")));
    while (rows.find()) {
      told.add("%s %s %s".formatted(rows.group(1), rows.group(2), labels(rows.group(3), "`")));
    }

    assertThat(told).isNotEmpty().containsExactlyInAnyOrderElementsOf(shown());
  }

  private List<String> shown() throws IOException {
    String text = Scrape.of(registry);
    List<String> shown = new ArrayList<>();
    Matcher types = Pattern.compile("(?m)^# TYPE (\\S+) (\\S+)$").matcher(text);
    while (types.find()) {
      String name = types.group(1);
      String sample = types.group(2).equals("histogram") ? name + "_count" : name;
      Matcher row = Pattern.compile("(?m)^" + sample + "(?:\\{([^}]*)})? ").matcher(text);
      assertThat(row.find()).as(name + " has a row").isTrue();
      String labels = row.group(1) == null ? "" : row.group(1).replaceAll("=\"[^\"]*\"", "");
      shown.add("%s %s %s".formatted(name, types.group(2), labels(labels, "")));
    }
    return shown;
  }

  private static String labels(String text, String quote) {
    return text.replace(quote, "").replace(" ", "");
  }
}
