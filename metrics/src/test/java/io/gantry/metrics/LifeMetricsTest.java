package io.gantry.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The numbers of calls, pods and containers. */
class LifeMetricsTest {

  private final PrometheusRegistry registry = new PrometheusRegistry();

  @Test
  void callsAreCountedByMethodAndCode() throws IOException {
    CallMetrics calls = new CallMetrics(registry);
    calls.began("RuntimeService", "Version");
    calls.began("RuntimeService", "Version");
    calls.ended("RuntimeService", "Version", "OK", Duration.ofMillis(3));

    assertThat(Scrape.of(registry))
        .contains(
            "gantry_rpc_calls_total{code=\"OK\",method=\"Version\",service=\"RuntimeService\"} 1.0\n")
        .contains("gantry_rpc_calls_in_flight{method=\"Version\",service=\"RuntimeService\"} 1.0\n")
        .contains("method=\"Version\",service=\"RuntimeService\",le=\"0.0025\"} 0\n")
        .contains("method=\"Version\",service=\"RuntimeService\",le=\"0.005\"} 1\n");
  }

  @Test
  void theCensusIsTakenAtEachScrape() throws IOException {
    LifeMetrics life = new LifeMetrics(registry);
    Map<String, Integer> pods = new TreeMap<>(Map.of("ready", 2, "not_ready", 0));
    life.census(() -> pods, () -> Map.of("running", 3), () -> 4);
    assertThat(Scrape.of(registry))
        .contains("gantry_pods{state=\"ready\"} 2.0\n", "gantry_pods{state=\"not_ready\"} 0.0\n")
        .contains("gantry_containers{state=\"running\"} 3.0\n", "gantry_shims 4.0\n");
    pods.put("ready", 7);

    assertThat(Scrape.of(registry)).contains("gantry_pods{state=\"ready\"} 7.0\n");
  }

  @Test
  void whatBecomesOfThemIsCounted() throws IOException {
    LifeMetrics life = new LifeMetrics(registry);
    life.outOfMemory();
    life.recovered("pod");
    life.took("container", "launch", Duration.ofMillis(20));

    assertThat(Scrape.of(registry))
        .contains("gantry_container_oom_kills_total 1.0\n")
        .contains("gantry_recovery_findings_total{object=\"pod\"} 1.0\n")
        .contains("gantry_recovery_findings_total{object=\"network\"} 0.0\n")
        .contains("object=\"container\",phase=\"launch\",le=\"0.01\"} 0\n")
        .contains("object=\"container\",phase=\"launch\",le=\"0.025\"} 1\n");
  }

  @Test
  void theProcessItselfIsShown() throws IOException {
    JavaMetrics.register(registry);

    assertThat(Scrape.of(registry))
        .contains("jvm_memory_used_bytes{area=\"heap\"}")
        .contains("jvm_threads_current ")
        .contains("process_cpu_seconds_total ");
  }
}
