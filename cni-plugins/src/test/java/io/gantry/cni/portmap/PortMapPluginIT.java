package io.gantry.cni.portmap;

import static io.gantry.cni.netns.TestNode.ADDRESS;
import static io.gantry.cni.netns.TestNode.ADDRESS6;
import static io.gantry.cni.netns.TestNode.GATEWAY;
import static io.gantry.cni.netns.TestNode.GATEWAY6;
import static io.gantry.cni.netns.TestNode.OUTSIDE;
import static io.gantry.cni.netns.TestNode.OUTSIDE6;
import static io.gantry.cni.netns.TestNode.seenFrom;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.filter.Elements;
import io.gantry.cni.filter.Owner;
import io.gantry.cni.filter.PacketTable;
import io.gantry.cni.netns.TestNamespace;
import io.gantry.cni.netns.TestNode;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.TestCalls;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.sysctl.Sysctls;
import io.gantry.linux.Linux;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.NetlinkConntrack;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.Route;
import io.gantry.linux.nftables.LibNftables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PortMapPluginIT {

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final String WEB = "{'hostPort': 8080, 'containerPort': 80, 'protocol': 'tcp'}";
  private static final String DNS = "{'hostPort': 5353, 'containerPort': 53, 'protocol': 'udp'}";

  private TestNode host;
  private LibNftables nftables;
  private NetlinkConntrack conntrack;
  private PacketTable table;
  private PortMapPlugin plugin;

  @BeforeEach
  void startNode() throws IOException {
    host = new TestNode();
    nftables = new LibNftables(host.node().inside());
    conntrack = new NetlinkConntrack(Linux.syscalls(), host.node().inside());
    table = new PacketTable(nftables, "gtest");
    plugin =
        new PortMapPlugin(
            table, conntrack, host.stack(), new Sysctls(host.node().inside(), Sysctls.KERNEL));
  }

  @AfterEach
  void stopNode() {
    nftables.close();
    conntrack.close();
    host.close();
  }

  private static PluginCall call(String container, int pod, String... mappings) {
    return call(container, pod, "{'runtimeConfig': {'portMappings': [%s]}}", mappings);
  }

  private static PluginCall call(String container, int pod, String fields, String[] mappings) {
    String config = fields.formatted(String.join(",", mappings));
    return TestCalls.call(
        container, null, TestCalls.config("portmap", config, TestNode.result(pod)));
  }

  @Test
  void everybodyReachesAMappedPort() throws IOException {
    TestNamespace pod = host.pod();
    TestNamespace neighbour = host.pod();
    plugin.add(call("one", 1, WEB));
    try (ServerSocketChannel server = TestNode.serve(pod, 80)) {
      assertThat(seenFrom(host.outside(), server, ADDRESS, 8080)).isEqualTo(OUTSIDE);
      assertThat(seenFrom(host.outside(), server, ADDRESS6, 8080)).isEqualTo(OUTSIDE6);
      assertThat(seenFrom(host.node(), server, LOOPBACK, 8080)).isEqualTo(GATEWAY);
      assertThat(seenFrom(host.node(), server, ADDRESS, 8080)).isEqualTo(ADDRESS);
      assertThat(seenFrom(pod, server, ADDRESS, 8080)).isEqualTo(GATEWAY);
      assertThat(seenFrom(pod, server, ADDRESS6, 8080)).isEqualTo(GATEWAY6);
      assertThat(seenFrom(neighbour, server, GATEWAY, 8080)).isEqualTo(GATEWAY);
    }
  }

  @Test
  void aMappingGoesWithItsContainerAndTheOthersStay() throws IOException {
    TestNamespace pod = host.pod();
    host.pod();
    plugin.add(call("one", 1, WEB, DNS));
    plugin.add(call("two", 2, "{'hostPort': 8081, 'containerPort': 80}"));
    plugin.del(call("two", 2));
    plugin.del(call("two", 2));
    try (ServerSocketChannel server = TestNode.serve(pod, 80)) {
      assertThat(seenFrom(host.outside(), server, ADDRESS, 8080)).isEqualTo(OUTSIDE);
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> seenFrom(host.outside(), server, ADDRESS, 8081));
      plugin.del(call("one", 1));
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> seenFrom(host.outside(), server, ADDRESS, 8080));
    }
    assertThat(nftables.run("list table inet gtest\n")).doesNotContain("elements", "neighbours_");
  }

  @Test
  void oneAddressOfTheNodeCanBeMappedAlone() throws IOException {
    TestNamespace pod = host.pod();
    plugin.add(
        call(
            "one",
            1,
            "{'hostPort': 8080, 'containerPort': 80, 'hostIP': '198.51.100.1'}",
            "{'hostPort': 8081, 'containerPort': 80, 'hostIP': '127.0.0.1'}",
            "{'hostPort': 8082, 'containerPort': 80, 'hostIP': '::'}"));
    try (ServerSocketChannel server = TestNode.serve(pod, 80)) {
      assertThat(seenFrom(host.outside(), server, ADDRESS, 8080)).isEqualTo(OUTSIDE);
      assertThat(seenFrom(host.node(), server, LOOPBACK, 8081)).isEqualTo(GATEWAY);
      assertThat(seenFrom(host.outside(), server, ADDRESS6, 8082)).isEqualTo(OUTSIDE6);
      for (int port : new int[] {8081, 8082}) {
        assertThatExceptionOfType(IOException.class)
            .isThrownBy(() -> seenFrom(host.outside(), server, ADDRESS, port));
      }
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> seenFrom(host.outside(), server, ADDRESS6, 8080));
    }
  }

  @Test
  void everybodyCanBeMadeToComeAsTheNodeAndNobody() throws IOException {
    TestNamespace pod = host.pod();
    String all = "{'masqAll': true, 'runtimeConfig': {'portMappings': [%s]}}";
    plugin.add(call("one", 1, all, new String[] {WEB}));
    try (ServerSocketChannel server = TestNode.serve(pod, 80)) {
      assertThat(seenFrom(host.outside(), server, ADDRESS, 8080)).isEqualTo(GATEWAY);
    }
    String none = "{'snat': false, 'runtimeConfig': {'portMappings': [%s]}}";
    plugin.add(call("one", 1, none, new String[] {WEB}));
    assertThat(nftables.run("list table inet gtest\n")).doesNotContain("all_", "neighbours_");
  }

  @Test
  void aUdpFlowThatBeganBeforeItsMappingFollowsIt() throws IOException {
    TestNamespace first = host.pod();
    TestNamespace second = host.pod();
    try (DatagramChannel client = TestNode.datagrams(host.outside(), 0);
        DatagramChannel one = TestNode.datagrams(first, 53);
        DatagramChannel two = TestNode.datagrams(second, 53)) {
      // connections are tracked from the first mapping on
      plugin.add(call("other", 2, "{'hostPort': 1, 'containerPort': 1}"));
      send(client, "nobody");
      plugin.add(call("one", 1, DNS));
      send(client, "one");
      assertThat(receive(one)).isEqualTo("one");

      plugin.del(call("one", 1, DNS));
      plugin.add(call("two", 2, DNS));
      send(client, "two");
      assertThat(receive(two)).isEqualTo("two");

      plugin.gc(call("none", 2).config(), Set.of());
      plugin.add(call("three", 1, DNS));
      send(client, "three");
      assertThat(receive(one)).isEqualTo("three");
    }
  }

  private static void send(DatagramChannel client, String text) throws IOException {
    client.send(
        ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)),
        new InetSocketAddress(ADDRESS, 5353));
  }

  private static String receive(DatagramChannel server) throws IOException {
    byte[] buffer = new byte[100];
    DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
    server.socket().setSoTimeout(5000);
    server.socket().receive(packet);
    return new String(buffer, 0, packet.getLength(), StandardCharsets.US_ASCII);
  }

  @Test
  void ofContainersThatWantOnePortAtOnceOneGetsIt() throws Exception {
    int many = 8;
    List<Callable<Boolean>> wishes = new ArrayList<>();
    for (int i = 1; i <= many; i++) {
      PluginCall wish = call("container" + i, i, WEB);
      wishes.add(() -> {
        try {
          plugin.add(wish);
          return true;
        } catch (CniException e) {
          assertThat(e.code()).isEqualTo(CniException.PORT_TAKEN);
          return false;
        }
      });
    }
    int served = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(many)) {
      for (Future<Boolean> result : threads.invokeAll(wishes)) {
        served += result.get() ? 1 : 0;
      }
    }
    assertThat(served).isEqualTo(1);
    assertThat(table.owners()).hasSize(1);
  }

  @Test
  void whoeverHasAPortIsNamedAndALaterProcessKnowsIt() throws IOException {
    plugin.add(call("one", 1, WEB));
    PortMapPlugin later =
        new PortMapPlugin(
            new PacketTable(nftables, "gtest"),
            conntrack,
            host.stack(),
            new Sysctls(host.node().inside(), Sysctls.KERNEL));
    String single = "{'hostPort': 8080, 'containerPort': 80, 'hostIP': '198.51.100.1'}";
    for (String wish : List.of(WEB, single)) {
      assertThatExceptionOfType(CniException.class)
          .isThrownBy(() -> later.add(call("two", 2, wish)))
          .withMessage(
              "host port tcp 8080 is taken by container one: give one of the two another port, or"
                  + " remove container one (eth0 in network net)")
          .extracting(CniException::code)
          .isEqualTo(CniException.PORT_TAKEN);
    }
    later.del(call("one", 1));
    later.add(call("two", 2, single));
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> later.add(call("one", 1, WEB)))
        .withMessageContaining("host port tcp 8080 on 198.51.100.1 is taken by container two");
    later.add(call("one", 1, WEB.replace("tcp", "udp"), WEB.replace("tcp", "sctp")));
  }

  @Test
  void whatIsGoneIsNoticedAndPutBack() throws IOException {
    host.pod();
    PluginCall call = call("one", 1, WEB);
    plugin.add(call);
    plugin.check(call);
    nftables.run("flush ruleset\n");
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.check(call))
        .withMessageContaining("ports4 6 . 8080")
        .extracting(CniException::code)
        .isEqualTo(CniException.NOT_AS_ADDED);
    plugin.status(call.config());
    plugin.check(call);
  }

  @Test
  void theTableFollowsFromCallsAlone() throws IOException {
    PluginCall call = call("one", 1, WEB, DNS);
    plugin.add(call);
    String before = nftables.run("list table inet gtest\n");
    table.rebuild(Map.of(Owner.of(call), List.of(plugin.elements(call))));
    assertThat(nftables.run("list table inet gtest\n")).isEqualTo(before);
  }

  @Test
  void connectionsDoNotNoticeThatTheTableIsWrittenAnew() throws Exception {
    TestNamespace pod = host.pod();
    PluginCall call = call("one", 1, WEB);
    plugin.add(call);
    Map<Owner, List<Elements>> records = Map.of(Owner.of(call), List.of(plugin.elements(call)));
    try (ServerSocketChannel server = TestNode.serve(pod, 80);
        SocketChannel client = host.outside().inside().call(() -> SocketChannel.open())) {
      client.socket().connect(new InetSocketAddress(ADDRESS, 8080), 5000);
      try (SocketChannel accepted = server.accept()) {
        accepted.socket().setSoTimeout(5000);
        for (int i = 0; i < 50; i++) {
          Thread writer =
              Thread.ofPlatform()
                  .name("rebuild")
                  .start(() -> {
                    try {
                      table.rebuild(records);
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  });
          client.socket().getOutputStream().write(i);
          assertThat(accepted.socket().getInputStream().read()).isEqualTo(i);
          assertThat(seenFrom(host.outside(), server, ADDRESS, 8080)).isEqualTo(OUTSIDE);
          writer.join();
        }
      }
    }
  }

  @Test
  void onlyThoseOfTheNetworkThatAreGoneAreCollected() throws IOException {
    plugin.add(call("one", 1, WEB));
    plugin.add(call("two", 2, "{'hostPort': 8081, 'containerPort': 80}"));
    plugin.gc(call("none", 1).config(), Set.of(new Plugin.Attachment("two", "eth0")));
    assertThat(table.owners()).containsExactly(new Owner("net", "two", "eth0"));
  }

  @Test
  void thePodsCannotReachTheNodesLoopback() throws IOException {
    TestNamespace pod = host.pod();
    plugin.add(call("one", 1, WEB));
    pod.inside()
        .call(() -> Files.writeString(Path.of("/proc/sys/net/ipv4/conf/eth0/route_localnet"), "1"));
    try (NetworkStack inside = pod.inside().open()) {
      int eth = inside.links().find("eth0").orElseThrow().index();
      inside.routes().add(new Route(IpPrefix.host(LOOPBACK), GATEWAY, eth));
    }
    try (DatagramChannel attacked = TestNode.datagrams(host.node(), 7000);
        DatagramChannel attacker = TestNode.datagrams(pod, 0)) {
      attacker.send(
          ByteBuffer.wrap("bad".getBytes(StandardCharsets.US_ASCII)),
          new InetSocketAddress(LOOPBACK, 7000));
      attacker.send(
          ByteBuffer.wrap("good".getBytes(StandardCharsets.US_ASCII)),
          new InetSocketAddress(GATEWAY, 7000));
      assertThat(receive(attacked)).isEqualTo("good");
    }
  }
}
