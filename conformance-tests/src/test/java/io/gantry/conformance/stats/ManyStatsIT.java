package io.gantry.conformance.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerStats;
import io.gantry.api.cri.v1.ListContainerStatsRequest;
import io.gantry.api.cri.v1.ListPodSandboxMetricsRequest;
import io.gantry.api.cri.v1.ListPodSandboxStatsRequest;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.AboutGantry;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Statistics of many containers while others come and go, and what they leave in the daemon. */
@AboutGantry
class ManyStatsIT {

  private static final int PODS = 10;
  private static final int EACH = 10;
  private static final int COMING_AND_GOING = 30;

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private record Held(long descriptors, long threads) {
    static Held now() throws IOException, InterruptedException {
      // The daemon's helpers of a moment ago may still be leaving.
      Thread.sleep(Duration.ofSeconds(1));
      Path proc = Path.of("/proc/" + runtime.node().pid());
      try (Stream<Path> descriptors = Files.list(proc.resolve("fd"));
          Stream<Path> tasks = Files.list(proc.resolve("task"))) {
        return new Held(descriptors.count(), tasks.count());
      }
    }
  }

  @Test
  void aHundredContainersAreToldWhileOthersComeAndGo() throws Exception {
    TestPod first = runtime.pod("first");
    first.start(Drafts.container("first", runtime.image(), "sleep", "600"));
    assertThat(listed()).hasSize(1);
    askForPods(1);
    first.remove();
    Held before = Held.now();
    new ProcessBuilder("ls", "-l", "/proc/" + runtime.node().pid() + "/fd").start().waitFor();
    List<TestPod> pods = new ArrayList<>();
    Set<String> staying = new HashSet<>();
    for (int i = 0; i < PODS; i++) {
      TestPod pod = runtime.pod("many" + i);
      pods.add(pod);
      for (int j = 0; j < EACH; j++) {
        staying.add(pod.start(Drafts.container("c" + j, runtime.image(), "sleep", "600")).id());
      }
    }

    AtomicBoolean over = new AtomicBoolean();
    try (ExecutorService askers = Executors.newFixedThreadPool(3)) {
      List<Future<Integer>> asking =
          List.of(
              askers.submit(asking(over, () -> assertAllAreThere(staying))),
              askers.submit(asking(over, () -> assertAllAreThere(staying))),
              askers.submit(asking(over, () -> askForPods(PODS))));
      try {
        for (int i = 0; i < COMING_AND_GOING; i++) {
          TestPod pod = runtime.pod("passing" + i);
          TestContainer passing =
              pod.start(Drafts.container("passing", runtime.image(), "sleep", "600"));
          assertThat(passing.state()).isNotNull();
          pod.stop();
          pod.remove();
        }
      } finally {
        over.set(true);
      }
      for (Future<Integer> each : asking) {
        assertThat(each.get()).isPositive();
      }
    }

    pods.forEach(TestPod::stop);
    pods.forEach(TestPod::remove);
    assertThat(listed()).isEmpty();
    Held after = Held.now();
    new ProcessBuilder("ls", "-l", "/proc/" + runtime.node().pid() + "/fd").start().waitFor();
    assertThat(after.descriptors()).isLessThanOrEqualTo(before.descriptors() + 3);
    assertThat(after.threads()).isLessThanOrEqualTo(before.threads() + 3);
  }

  private static Callable<Integer> asking(AtomicBoolean over, Runnable question) {
    return () -> {
      int times = 0;
      while (!over.get()) {
        question.run();
        times++;
      }
      return times;
    };
  }

  private static void assertAllAreThere(Set<String> staying) {
    List<ContainerStats> stats = listed();
    assertThat(stats)
        .extracting(each -> each.getAttributes().getId())
        .containsAll(staying)
        .doesNotHaveDuplicates();
    assertThat(stats)
        .filteredOn(each -> staying.contains(each.getAttributes().getId()))
        .allMatch(each -> each.getCpu().getTimestamp() > 0)
        .allMatch(each -> each.getMemory().getUsageBytes().getValue() > 0);
  }

  private static void askForPods(int atLeast) {
    var pods =
        runtime
            .client()
            .runtime()
            .listPodSandboxStats(ListPodSandboxStatsRequest.getDefaultInstance());
    assertThat(pods.getStatsCount()).isGreaterThanOrEqualTo(atLeast);
    var metrics =
        runtime
            .client()
            .runtime()
            .listPodSandboxMetrics(ListPodSandboxMetricsRequest.getDefaultInstance());
    assertThat(metrics.getPodMetricsCount()).isGreaterThanOrEqualTo(atLeast);
  }

  private static List<ContainerStats> listed() {
    return runtime
        .client()
        .runtime()
        .listContainerStats(ListContainerStatsRequest.getDefaultInstance())
        .getStatsList();
  }
}
