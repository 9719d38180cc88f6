package io.gantry.conformance.networks;

import io.gantry.api.gantry.v1.ListNetworksRequest;
import io.gantry.api.gantry.v1.NetworksGrpc;
import io.gantry.api.gantry.v1.Overlay;
import io.gantry.api.gantry.v1.OverlayNode;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.node.Distribution;
import io.gantry.conformance.node.Host;
import io.gantry.conformance.node.PrivateNode;
import io.gantry.conformance.node.TestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * Whole nodes, each a gantryd in a network namespace of its own, joined by a bridge in one more:
 * node n has address n of 192.0.2.0/24, and what joins them has the last one.
 */
final class OverlayNodes implements AutoCloseable {

  /** Where something that all nodes reach can listen. */
  static final String MIDDLE = "192.0.2.254";

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path directory;
  private final String settings;
  private final Host wire;
  private final List<Host> hosts = new ArrayList<>();
  private final List<PrivateNode> daemons = new ArrayList<>();

  /** A node with one pod, whose container sends its busybox to whoever connects. */
  record Node(int number, Host host, PrivateNode daemon, String image) {

    TestContainer pod(String name) throws IOException {
      Path logs = Files.createTempDirectory(daemon.stateDirectories().getLast(), "logs");
      TestPod pod =
          TestPod.run(daemon.client(), Drafts.pod(name).setLogDirectory(logs.toString()).build());
      return pod.start(Drafts.script("server", image, "exec nc -ll -p 8080 -e cat /bin/busybox"));
    }

    Overlay overlay() {
      return NetworksGrpc.newBlockingStub(daemon.client().channel())
          .listNetworks(ListNetworksRequest.getDefaultInstance())
          .getOverlay();
    }

    /** This node's block, once it knows that many others and nothing is wrong. */
    String awaitOthers(int others) {
      Overlay[] last = new Overlay[1];
      Awaitility.await("node " + number + " knows " + others + " others")
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(200))
          .until(() -> {
            last[0] = overlay();
            return last[0].getProblem().isEmpty() && last[0].getNodesCount() == others + 1;
          });
      OverlayNode self = last[0].getNodes(0);
      if (!self.getSelf()) {
        throw new AssertionError("a node is first in its own list: " + last[0]);
      }
      return self.getBlocks(0);
    }
  }

  /**
   * No node yet.
   *
   * @param directory an existing one for everything
   * @param settings of {@code [overlay]}, with NUMBER for that of the node
   */
  OverlayNodes(Path directory, String settings) throws IOException, InterruptedException {
    this.directory = directory;
    this.settings = settings;
    this.wire = host();
    wire.run("ip link add wire type bridge");
    wire.run("ip addr add " + MIDDLE + "/24 dev wire");
    wire.run("ip link set wire up");
  }

  private Host host() throws IOException, InterruptedException {
    Host host = Host.make();
    hosts.add(host);
    return host;
  }

  Host middle() {
    return wire;
  }

  /** Starts the node of that number. */
  Node start(int number) throws IOException, InterruptedException {
    Host host = host();
    wire.run("ip link add port%d type veth peer name eth0 netns %d".formatted(number, host.pid()));
    wire.run("ip link set port" + number + " master wire up");
    host.run("ip addr add 192.0.2." + number + "/24 dev eth0");
    host.run("ip link set eth0 up");
    Path own = Files.createDirectory(directory.resolve("node" + number));
    Path configurations = Files.createDirectory(own.resolve("cni"));
    Files.writeString(
        configurations.resolve("10-overlay.conflist"),
        """
        {"cniVersion": "1.1.0", "name": "overlay", "plugins": [
          {"type": "overlay", "nodeFile": "%s", "ipam": {"dataDir": "%s"}}]}
        """
            .formatted(own.resolve("root/overlay/node.json"), own.resolve("addresses")));
    String table = "[overlay]\ninterface = \"eth0\"\n" + settings.replace("NUMBER", "" + number);
    PrivateNode daemon = PrivateNode.start(Distribution.found(), own, host.before(), table);
    daemons.add(daemon);
    return new Node(number, host, daemon, TestImage.importInto(daemon));
  }

  void cutOff(Node node) throws IOException, InterruptedException {
    wire.run("ip link set port" + node.number() + " down");
  }

  void putBack(Node node) throws IOException, InterruptedException {
    wire.run("ip link set port" + node.number() + " up");
  }

  /** Daemons first: they take their pods' things away while their namespaces are there. */
  @Override
  public void close() throws IOException {
    try {
      for (PrivateNode daemon : daemons) {
        daemon.close();
      }
    } finally {
      hosts.forEach(Host::close);
    }
  }
}
