package io.gantry.conformance.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.node.Distribution;
import io.gantry.conformance.node.PrivateNode;
import io.gantry.conformance.node.TestImage;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the daemon tells Prometheus of calls, pods and containers. */
class DaemonMetricsIT {

  private static final Pattern SHOWN = Pattern.compile("metrics are shown url=(\\S+)");

  @TempDir Path directory;

  private static String scrape(PrivateNode node) throws IOException {
    Matcher url = SHOWN.matcher(Files.readString(node.daemonLog()));
    assertThat(url.find()).as("the log says where the metrics are").isTrue();
    try (var body = URI.create(url.group(1)).toURL().openStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void callsPodsContainersAndTheirStartsAreCounted() throws Exception {
    try (PrivateNode node =
        PrivateNode.startWith(
            Distribution.found(), directory, "[metrics]\naddress = \"127.0.0.1:0\"\n")) {
      String image = TestImage.importInto(node);
      Path logs = Files.createDirectory(directory.resolve("logs"));
      TestPod pod =
          TestPod.run(node.client(), Drafts.pod("seen").setLogDirectory(logs.toString()).build());
      pod.start(Drafts.script("staying", image, "sleep 600"));
      var greedy = Drafts.script("greedy", image, "dd if=/dev/zero of=/dev/null bs=200M");
      greedy.getLinuxBuilder().getResourcesBuilder().setMemoryLimitInBytes(32 << 20);
      assertThat(pod.start(greedy).ended().getReason()).isEqualTo("OOMKilled");

      assertThat(scrape(node))
          .contains(
              "gantry_rpc_calls_total{code=\"OK\",method=\"StartContainer\",service=\"RuntimeService\"} 2.0\n",
              "gantry_rpc_calls_in_flight{method=\"StartContainer\",service=\"RuntimeService\"} 0.0\n",
              "gantry_rpc_call_duration_seconds_count{method=\"RunPodSandbox\",service=\"RuntimeService\"} 1\n",
              "gantry_start_phase_duration_seconds_count{object=\"pod\",phase=\"network\"} 1\n",
              "gantry_start_phase_duration_seconds_count{object=\"container\",phase=\"execute\"} 2\n",
              "gantry_pods{state=\"ready\"} 1.0\n",
              "gantry_containers{state=\"running\"} 1.0\n",
              "gantry_containers{state=\"exited\"} 1.0\n",
              "gantry_shims 1.0\n",
              "gantry_container_oom_kills_total 1.0\n",
              "gantry_recovery_findings_total{object=\"pod\"} 0.0\n")
          .contains("jvm_memory_used_bytes{area=\"heap\"}", "process_open_fds ")
          .doesNotContain(pod.id());
      pod.stop();
      pod.remove();
      assertThat(scrape(node)).contains("gantry_pods{state=\"ready\"} 0.0\n", "gantry_shims 0.0\n");
    }
  }
}
