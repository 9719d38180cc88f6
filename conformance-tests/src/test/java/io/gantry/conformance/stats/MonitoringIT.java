package io.gantry.conformance.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.conformance.cri.CriClient;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.node.Distribution;
import io.gantry.conformance.node.PrivateNode;
import io.gantry.conformance.node.TestImage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The dashboard and the rules of docs/monitoring, with a real Prometheus that asks a real daemon.
 */
class MonitoringIT {

  private static final Pattern SHOWN = Pattern.compile("metrics are shown url=(\\S+)");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path directory;

  private static Path monitoring() {
    return Distribution.found().repository().resolve("docs/monitoring");
  }

  private static String target(PrivateNode node) throws IOException {
    Matcher url = SHOWN.matcher(Files.readString(node.daemonLog()));
    assertThat(url.find()).as("the log says where the metrics are").isTrue();
    return URI.create(url.group(1)).getAuthority();
  }

  private static List<String> expressions() throws IOException {
    JsonNode dashboard =
        new ObjectMapper().readTree(monitoring().resolve("dashboard.json").toFile());
    List<String> expressions = new ArrayList<>();
    for (JsonNode panel : dashboard.get("panels")) {
      for (JsonNode target : panel.get("targets")) {
        expressions.add(target.get("expr").asText().replace("$instance", ".*"));
      }
    }
    return expressions;
  }

  /** A life, a call that fails, and a pull that has no chance. */
  private void use(CriClient client, String image, int turn) throws Exception {
    Path logs = Files.createDirectories(directory.resolve("logs" + turn));
    TestPod pod = TestPod.run(client, Drafts.pod("seen").setLogDirectory(logs.toString()).build());
    pod.start(Drafts.script("seen", image, "sleep 600"));
    Throwable refusal = catchThrowable(() -> new TestContainer(client, "nobody", logs).status());
    assertThat(refusal).hasMessageContaining("nobody");
    pod.remove();
  }

  @Test
  void eachPanelHasDataAndEachRuleHolds() throws Exception {
    assumeTrue(Prometheus.isInstalled(), "prometheus is not installed");
    try (PrivateNode node =
            PrivateNode.startWith(
                Distribution.found(), directory, "[metrics]\naddress = \"127.0.0.1:0\"\n");
        Prometheus prometheus =
            Prometheus.start(directory, target(node), monitoring().resolve("alerts.yaml"))) {
      String image = TestImage.importInto(node);
      use(node.client(), image, 1);
      Awaitility.await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() -> prometheus.query("gantry_rpc_calls_total").size() > 3);
      use(node.client(), image, 2);
      // A rate takes two looks.
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> prometheus.query("rate(gantry_rpc_calls_total[5m]) > 0").size() > 3);

      SoftAssertions panels = new SoftAssertions();
      for (String expression : expressions()) {
        panels.assertThat(prometheus.query(expression).size()).as(expression).isPositive();
      }
      panels.assertAll();
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> prometheus.rules().findValuesAsText("lastEvaluation").size() == 10);
      assertThat(prometheus.rules().findValuesAsText("health")).hasSize(10).containsOnly("ok");
      // Nothing is wrong with a node that was used for some seconds.
      assertThat(prometheus.rules().findValuesAsText("state")).containsOnly("inactive");
    }
  }
}
