package io.gantry.conformance.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.gantry.v1.OverlayNode;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.networks.OverlayNodes.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes share a network: what is promised of it holds between real daemons. */
class OverlayNodesIT {

  private static final Path ETCD = Path.of("/usr/bin/etcd");

  @TempDir Path directory;

  private final List<Node> started = new ArrayList<>();
  private @Nullable OverlayNodes made;

  private OverlayNodes nodes() {
    return Objects.requireNonNull(made);
  }

  private Node start(int number) throws IOException, InterruptedException {
    Node node = nodes().start(number);
    started.add(node);
    return node;
  }

  @AfterEach
  void stop() throws Exception {
    OverlayNodes nodes = made;
    if (nodes == null) {
      return;
    }
    try {
      for (Node node : started) {
        for (PodSandbox pod : pods(node)) {
          new TestPod(node.daemon().client(), PodSandboxConfig.getDefaultInstance(), pod.getId())
              .remove();
        }
      }
    } finally {
      nodes.close();
    }
  }

  private static List<PodSandbox> pods(Node node) {
    return node.daemon()
        .client()
        .runtime()
        .listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
        .getItemsList();
  }

  private static String address(TestContainer container) {
    String addresses = container.sh("ip -4 -o addr show dev eth0");
    return addresses.replaceFirst("(?s).* inet ([0-9.]+)/.*", "$1");
  }

  /** An echo within seconds, as a new port of a bridge does not pass frames on at once. */
  private static boolean pings(TestContainer from, String to) {
    return from.exec("ping", "-c", "1", "-w", "8", to).getExitCode() == 0;
  }

  /** Each gets the other's busybox, of which both have the same. */
  private static void stream(TestContainer one, TestContainer two) {
    String sum = one.sh("md5sum </bin/busybox");
    assertThat(fetched(one, address(two))).isEqualTo(sum);
    assertThat(fetched(two, address(one))).isEqualTo(sum);
  }

  private static String fetched(TestContainer to, String from) {
    return to.sh("nc -w 10 " + from + " 8080 </dev/null | md5sum");
  }

  private void writePeers(int... numbers) throws IOException {
    List<String> all = new ArrayList<>();
    for (int number : numbers) {
      all.add(
          "{\"name\": \"n%1$d\", \"address\": \"192.0.2.%1$d\", \"blocks\": [\"10.244.%1$d.0/24\"]}"
              .formatted(number));
    }
    Path next = directory.resolve("peers.next");
    Files.writeString(next, "{\"nodes\": [" + String.join(",", all) + "]}");
    Files.move(next, directory.resolve("peers.json"), StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void nodesOfAFileTalkAThirdJoinsAndOneIsCutOffAndBack() throws Exception {
    writePeers(1, 2);
    made =
        new OverlayNodes(
            directory,
            "source = \"file\"\nnode_name = \"nNUMBER\"\npeers_file = \"%s\"\n"
                .formatted(directory.resolve("peers.json")));
    Node one = start(1);
    Node two = start(2);
    assertThat(one.awaitOthers(1)).isEqualTo("10.244.1.0/24");
    assertThat(two.awaitOthers(1)).isEqualTo("10.244.2.0/24");
    TestContainer first = one.pod("first");
    TestContainer second = two.pod("second");
    assertThat(address(second)).isEqualTo("10.244.2.2");
    assertThat(pings(first, address(second))).isTrue();
    stream(first, second);

    writePeers(1, 2, 3);
    Node three = start(3);
    for (Node node : started) {
      var _ = node.awaitOthers(2);
    }
    TestContainer third = three.pod("third");
    assertThat(pings(third, address(first))).isTrue();
    stream(second, third);

    nodes().cutOff(two);
    assertThat(pings(first, address(second))).isFalse();
    assertThat(pings(third, address(first))).isTrue();
    nodes().putBack(two);
    assertThat(pings(first, address(second))).isTrue();
    stream(first, second);
  }

  @Test
  void nodesOfEtcdTalkWhileItIsDeadAndOneThatIsKilledKeepsItsBlock() throws Exception {
    assumeThat(ETCD).as("etcd is installed (Debian: etcd-server)").isExecutable();
    made =
        new OverlayNodes(
            directory,
            """
            source = "etcd"
            node_name = "nNUMBER"

            [overlay.etcd]
            endpoints = ["http://%s:2379"]
            node_ttl_seconds = 10
            """
                .formatted(OverlayNodes.MIDDLE));
    Process etcd = startEtcd();
    try {
      Node one = start(1);
      Node two = start(2);
      Node three = start(3);
      String blockOne = one.awaitOthers(2);
      String blockTwo = two.awaitOthers(2);
      assertThat(List.of(blockOne, blockTwo, three.awaitOthers(2))).doesNotHaveDuplicates();
      assertThat(one.overlay().getNodesList())
          .filteredOn(node -> !node.getSelf())
          .extracting(OverlayNode::getSeenWithinSeconds)
          .containsExactly(10, 10);
      TestContainer first = one.pod("first");
      TestContainer second = two.pod("second");
      TestContainer third = three.pod("third");
      stream(first, second);
      stream(second, third);

      String addressTwo = address(second);
      two.daemon().kill();
      assertThat(pings(first, addressTwo)).isTrue();
      assertThat(pings(third, addressTwo)).isTrue();
      two.daemon().startAgain(two.host().before());
      assertThat(two.awaitOthers(2)).isEqualTo(blockTwo);
      stream(first, second);
      assertThat(address(two.pod("later")))
          .startsWith(blockTwo.substring(0, blockTwo.indexOf("0/24")));

      end(etcd);
      assertThat(pings(first, address(third))).isTrue();
      stream(second, third);
      etcd = startEtcd();
      assertThat(one.awaitOthers(2)).isEqualTo(blockOne);
      assertThat(two.awaitOthers(2)).isEqualTo(blockTwo);

      nodes().cutOff(three);
      assertThat(one.awaitOthers(1)).isEqualTo(blockOne);
      assertThat(pings(first, address(third))).isFalse();
      nodes().putBack(three);
      var _ = one.awaitOthers(2);
      var _ = three.awaitOthers(2);
      assertThat(pings(first, address(third))).isTrue();
      stream(first, third);
    } finally {
      end(etcd);
    }
  }

  private Process startEtcd() throws IOException {
    List<String> words = new ArrayList<>(nodes().middle().before());
    String peers = "http://127.0.0.1:2380";
    words.addAll(
        List.of(
            ETCD.toString(),
            "--data-dir=" + directory.resolve("etcd"),
            "--listen-client-urls=http://" + OverlayNodes.MIDDLE + ":2379",
            "--advertise-client-urls=http://" + OverlayNodes.MIDDLE + ":2379",
            "--listen-peer-urls=" + peers,
            "--initial-advertise-peer-urls=" + peers,
            "--initial-cluster=default=" + peers));
    return new ProcessBuilder(words)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("etcd.log").toFile()))
        .start();
  }

  /** As a machine that loses its power. */
  private static void end(Process process) throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }
}
