package io.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerState;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people see of what is used. */
class StatsVerbsTest extends NodeTestCase {

  @BeforeEach
  void fill() {
    node.pod(POD_A, "web", Duration.ofMinutes(6));
    node.container(CONTAINER, POD_A, "main", ContainerState.CONTAINER_RUNNING);
    node.container("c2" + "0".repeat(62), POD_A, "ended", ContainerState.CONTAINER_EXITED);
  }

  @Test
  void runningContainersAreATableWithABar() {
    String[] lines = output("stats").split("\n", -1);

    assertThat(lines[0].split(" {2,}", -1))
        .containsExactly("CONTAINER", "NAME", "CPU %", "MEM", "OF LIMIT", "SWAP", "DISK", "INODES");
    assertThat(lines[1])
        .matches(
            "c10000000\\S*\\s+main\\s+25.00\\s+30MB\\s+"
                + "\\[### {7}]  30% of 100MB\\s+0B\\s+8.19kB\\s+7");
    assertThat(lines).hasSize(3);
  }

  @Test
  void withAllThoseThatDoNotRunHaveTheirFilesOnly() {
    assertThat(output("stats", "-a"))
        .containsPattern("c2000000000\\S*\\s+ended\\s+-\\s+-\\s+-\\s+-\\s+8.19kB\\s+7");
    assertThat(output("stats", "ended")).contains("ended").doesNotContain("main");
  }

  @Test
  void programsGetWhatTheDaemonSaid() {
    assertThat(output("stats", "-o", "json"))
        .contains("\"stats\"", "\"usageCoreNanoSeconds\"", "\"workingSetBytes\"", CONTAINER)
        .doesNotContain("c2" + "0".repeat(62));
  }

  @Test
  void podsHaveTrafficAndProcesses() {
    assertThat(output("statsp"))
        .contains("POD ID", "PROCESSES", "RECEIVED", "SENT")
        .containsPattern("web\\s+default\\s+25.00\\s+5MB\\s+-\\s+3\\s+1.5MB\\s+2kB");
    assertThat(output("statsp", "web", "-o", "json")).contains("\"processCount\"", POD_A);
  }

  @Test
  void metricsAreShownWithTheLabelsOfTheirOwn() {
    assertThat(output("metricsp", "-o", "table"))
        .containsPattern("container_network_receive_bytes_total\\s+eth0\\s+12");
    assertThat(output("metricsp")).contains("\"podMetrics\"", "\"labelValues\"");
  }

  @Test
  void nonsenseIsRefused() {
    assertThat(complaint(2, "stats", "-s", "0")).contains("--seconds 0", "1 to 3600");
    assertThat(complaint(2, "stats", "-w", "-o", "json")).contains("--watch", "leave out --output");
    assertThat(complaint(1, "stats", "nobody")).contains("nobody");
  }
}
