package io.gantry.cni.engine;

import static io.gantry.cni.overlay.OverlayHosts.reaches;
import static io.gantry.cni.overlay.OverlayHosts.stream;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.cni.filter.PacketTable;
import io.gantry.cni.netns.TestNamespace;
import io.gantry.cni.netns.TestNode;
import io.gantry.cni.overlay.Examples;
import io.gantry.cni.overlay.Overlay;
import io.gantry.cni.overlay.OverlayHosts;
import io.gantry.cni.overlay.OverlayPlugin;
import io.gantry.cni.overlay.file.FileSource;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.Plugins;
import io.gantry.cni.plugin.TestCalls;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.sysctl.Sysctls;
import io.gantry.linux.Linux;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.NetlinkConntrack;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.nftables.LibNftables;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole of it on two hosts: the built-in plugins, a configuration, pods. */
class OverlayNetworkIT {

  private static final long STREAMED = 32L << 20;
  private static final int PORT = 7000;
  private static final String NODES =
      """
      {"nodes": [
        {"name": "host1", "address": "192.0.2.1",
         "blocks": ["10.244.1.0/24", "fd00:10:0:1::/64"]},
        {"name": "host2", "address": "192.0.2.2",
         "blocks": ["10.244.2.0/24", "fd00:10:0:2::/64"]}]}
      """;

  @TempDir Path temp;

  private final List<AutoCloseable> open = new ArrayList<>();
  private OverlayHosts hosts;

  /** One host with its plugins. */
  private final class Host {

    private final int number;
    private final TestNamespace namespace;
    private final NetworkStack stack;
    private final Plugin plugin;

    Host(int number) throws IOException {
      this.number = number;
      this.namespace = hosts.host(number);
      this.stack = namespace.inside().open();
      open.add(stack);
      NetlinkConntrack conntrack = new NetlinkConntrack(Linux.syscalls(), namespace.inside());
      open.add(conntrack);
      AtomicReference<Plugins> all = new AtomicReference<>();
      var plugins =
          BuiltIn.plugins(
              new BuiltIn.Node(
                  Linux.syscalls(),
                  TestNamespace.MACHINE,
                  stack,
                  new PacketTable(new LibNftables(namespace.inside()), "gtest"),
                  conntrack,
                  new Sysctls(namespace.inside(), Sysctls.KERNEL)),
              type -> all.get().of(type));
      all.set(BuiltIn.orPrograms(plugins, List.of(), Duration.ofSeconds(5)));
      this.plugin = all.get().of(OverlayPlugin.TYPE);
    }

    private Path nodeFile() {
      return temp.resolve("node" + number + ".json");
    }

    void join() {
      Overlay overlay =
          Overlay.start(
              Examples.settings("host" + number, nodeFile()),
              namespace.inside(),
              () -> new FileSource(temp.resolve("nodes.json")));
      open.add(overlay);
      Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> overlay.status().peers().size() == 1);
    }

    PluginCall call(TestNamespace pod, String id) throws IOException {
      return TestCalls.call(
          id.repeat(64),
          pod.fd(),
          TestCalls.config(
              "{'type':'overlay','nodeFile':'%s','ipam':{'dataDir':'%s'}}"
                  .formatted(nodeFile(), temp.resolve("addresses" + number))));
    }
  }

  @BeforeEach
  void start() throws IOException {
    Files.writeString(temp.resolve("nodes.json"), NODES);
    hosts = new OverlayHosts();
    open.add(hosts);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  private TestNamespace pod() throws IOException {
    TestNamespace pod = TestNamespace.make();
    open.add(pod);
    return pod;
  }

  private static InetAddress address(CniResult result, int index) {
    return result.ips().get(index).address().address();
  }

  @Test
  void podsOfTwoHostsTalkAsThemselvesAndToTheOutsideAsTheirHost() throws IOException {
    Host one = new Host(1);
    Host two = new Host(2);
    one.join();
    two.join();
    TestNamespace podOne = pod();
    TestNamespace podTwo = pod();
    PluginCall call = one.call(podOne, "a");
    CniResult first = one.plugin.add(call);
    CniResult second = two.plugin.add(two.call(podTwo, "b"));
    assertThat(address(first, 0)).isEqualTo(InetAddress.ofLiteral("10.244.1.2"));
    assertThat(podOne.inside().<Link>use(in -> in.links().find("eth0").orElseThrow()).mtu())
        .isEqualTo(1450);

    assertThat(reaches(podOne, address(second, 0))).isTrue();
    assertThat(reaches(podTwo, address(first, 1))).isTrue();
    assertThat(stream(podOne, podTwo, address(second, 0), STREAMED)).isEqualTo(STREAMED);
    try (ServerSocketChannel server = TestNode.serve(podTwo, PORT)) {
      assertThat(TestNode.seenFrom(podOne, server, address(second, 0), PORT))
          .isEqualTo(address(first, 0));
      assertThat(TestNode.seenFrom(podOne, server, address(second, 1), PORT))
          .isEqualTo(address(first, 1));
    }
    try (ServerSocketChannel server = TestNode.serve(two.namespace, PORT)) {
      assertThat(TestNode.seenFrom(podOne, server, InetAddress.ofLiteral("192.0.2.2"), PORT))
          .isEqualTo(InetAddress.ofLiteral("192.0.2.1"));
    }
    one.plugin.status(call.config());
    one.plugin.check(TestCalls.after(call, first));

    one.plugin.del(TestCalls.after(call, first));
    one.plugin.del(TestCalls.after(call, first));
    assertThat(one.stack.links().list())
        .noneMatch(link -> link.kind().equals("veth") && link.name().startsWith("gp"));
  }
}
