package io.gantry.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.PodSandboxState;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.leak.LeakCheck;
import io.gantry.conformance.leak.Scope;
import io.gantry.conformance.node.Distribution;
import io.gantry.conformance.node.PrivateNode;
import io.gantry.conformance.node.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The daemon in mount namespaces other than the machine's first, as service managers make them for
 * units with a private /tmp or a protected file system: at each start a new one.
 */
class MountNamespaceIT {

  private static final Duration LEAVING = Duration.ofSeconds(20);
  private static final int CPUS_TRIED = 2;

  @TempDir Path directory;

  private LeakCheck machine;
  private int nodes;

  @BeforeEach
  void look() throws Exception {
    machine = LeakCheck.startingNow(Scope.of(List.of()));
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    assertThat(machine.leftAfter(LEAVING)).asString().isEmpty();
  }

  /**
   * Linux 6.18 gives mount namespaces their ids per processor, and has rules about which id may see
   * which: each pair of processors is another order.
   */
  @ParameterizedTest
  @MethodSource("pairsOfCpus")
  void podsSurviveADaemonThatComesBackElsewhere(int first, int second) throws Exception {
    podsSurvive(madeOnOneRunOnOther(first, second), madeOnOneRunOnOther(second, first));
  }

  static Stream<Arguments> pairsOfCpus() throws IOException {
    List<Integer> cpus = cpus();
    return cpus.stream().flatMap(one -> cpus.stream().map(other -> Arguments.of(one, other)));
  }

  /** Those that this process may use; two are enough for every order. */
  private static List<Integer> cpus() throws IOException {
    String allowed =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("Cpus_allowed_list:"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElseThrow();
    List<Integer> cpus = new ArrayList<>();
    for (String range : allowed.split(",", -1)) {
      String[] ends = range.split("-", 2);
      int last = Integer.parseInt(ends[ends.length - 1]);
      for (int cpu = Integer.parseInt(ends[0]); cpu <= last && cpus.size() < CPUS_TRIED; cpu++) {
        cpus.add(cpu);
      }
    }
    return cpus;
  }

  private static List<String> madeOnOneRunOnOther(int one, int other) {
    return Stream.concat(
            onCpu(one).stream(), Stream.concat(Stream.of("unshare", "-m"), onCpu(other).stream()))
        .toList();
  }

  private static List<String> onCpu(int cpu) {
    return List.of("taskset", "-c", Integer.toString(cpu));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unshare -m --propagation private",
        "unshare -m --propagation slave",
        "unshare -m --propagation shared",
        "unshare -m --propagation shared unshare -m --propagation unchanged",
        "unshare -m unshare -m --propagation slave",
      })
  void podsSurviveWhateverMountsPropagateTo(String words) throws Exception {
    List<String> elsewhere = List.of(words.split(" ", -1));
    podsSurvive(elsewhere, List.of());
    podsSurvive(List.of(), elsewhere);
  }

  private void podsSurvive(List<String> firstLife, List<String> secondLife) throws Exception {
    Path own = Files.createDirectory(directory.resolve("n" + nodes++));
    try (PrivateNode node = PrivateNode.start(Distribution.found(), own, firstLife)) {
      String image = TestImage.importInto(node);
      Path logs = Files.createDirectory(own.resolve("logs"));
      TestPod busy = pod(node, "busy", logs);
      TestPod empty = pod(node, "empty", logs);
      TestContainer before = busy.start(Drafts.script("before", image, "sleep 600"));
      String network = before.sh("readlink /proc/self/ns/net");

      node.kill();
      node.startAgain(secondLife);

      assertThat(busy.status().getState()).isEqualTo(PodSandboxState.SANDBOX_READY);
      assertThat(empty.status().getState()).isEqualTo(PodSandboxState.SANDBOX_READY);
      assertThat(before.state()).isEqualTo(ContainerState.CONTAINER_RUNNING);
      assertThat(before.sh("readlink /proc/self/ns/net")).isEqualTo(network);
      TestContainer beside = busy.start(Drafts.script("beside", image, "sleep 600"));
      assertThat(beside.sh("readlink /proc/self/ns/net")).isEqualTo(network);
      TestContainer late = empty.start(Drafts.script("late", image, "sleep 600"));
      assertThat(late.exec("ping", "-c", "1", "-W", "5", busy.ip()).getExitCode()).isZero();
      busy.remove();
      empty.remove();
    }
  }

  private static TestPod pod(PrivateNode node, String name, Path logs) {
    return TestPod.run(node.client(), Drafts.pod(name).setLogDirectory(logs.toString()).build());
  }
}
