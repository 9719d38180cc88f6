package io.gantry.cni.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.Attachment;
import io.gantry.cni.AttachmentFailedException;
import io.gantry.cni.NetworkException;
import io.gantry.cni.PodNetwork;
import io.gantry.cni.netns.TestNamespace;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.Route;
import io.gantry.linux.netlink.VethLink;
import io.gantry.linux.nftables.LibNftables;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node is a namespace here: its bridge, rules and pods never touch the machine's own. */
class CniNetworksIT {

  private static final IpPrefix NODE_OUTSIDE = IpPrefix.parse("198.51.100.1/24");
  private static final IpPrefix OUTSIDE = IpPrefix.parse("198.51.100.2/24");
  private static final MacAddress SOME_MAC = MacAddress.derivedFrom(OUTSIDE.address());
  private static final InetAddress GATEWAY = InetAddress.ofLiteral("10.88.0.1");

  @TempDir Path state;

  private final List<TestNamespace> pods = new ArrayList<>();
  private NetworksFixture fixture;
  private TestNamespace node;
  private PodNetwork network;

  private record Attached(InetAddress address, String hostInterface) {}

  @BeforeEach
  void startNode() throws IOException {
    fixture = new NetworksFixture(state);
    node = TestNamespace.make();
    network = open();
  }

  @AfterEach
  void stopNode() {
    network.close();
    pods.forEach(TestNamespace::close);
    node.close();
  }

  private PodNetwork open() throws NetworkException {
    return NodeNetworks.in(node.inside(), TestNamespace.MACHINE, fixture.settings());
  }

  private void restart() throws NetworkException {
    network.close();
    network = open();
    assertThat(network.recover(() -> fixture.records)).isEmpty();
  }

  private Attached attach(String podId, TestNamespace pod) throws IOException {
    List<Attachment> planned = network.plan(NetworksFixture.pod(podId));
    fixture.records.put(podId, planned);
    List<Attachment> attached = network.attach(podId, pod.fd(), planned);
    fixture.records.put(podId, attached);
    return new Attached(
        network.addresses(attached.getFirst()).getFirst(),
        network.hostInterface(attached.getFirst()));
  }

  private TestNamespace newPod() throws IOException {
    TestNamespace pod = TestNamespace.make();
    pods.add(pod);
    return pod;
  }

  private List<String> nodeLinks() throws IOException {
    return node.inside().use(stack -> stack.links().list().stream().map(Link::name).toList());
  }

  /** How the other side of a connection from one namespace to a server in another appears there. */
  private static InetAddress seenFrom(TestNamespace client, TestNamespace server, InetAddress to)
      throws IOException {
    try (ServerSocketChannel listening = server.listen()) {
      int port = ((InetSocketAddress) listening.getLocalAddress()).getPort();
      try (SocketChannel there = client.connect(to, port);
          SocketChannel here = listening.accept()) {
        assertThat(there.isConnected()).isTrue();
        return ((InetSocketAddress) here.getRemoteAddress()).getAddress();
      }
    }
  }

  @Test
  void podsReachEachOtherTheGatewayAndThemselvesAtOnce() throws IOException {
    TestNamespace first = newPod();
    TestNamespace second = newPod();
    Attached one = attach("a".repeat(64), first);
    Attached two = attach("b".repeat(64), second);

    long start = System.nanoTime();
    assertThat(seenFrom(first, second, two.address())).isEqualTo(one.address());
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .as("a first packet that is lost is sent again after a second")
        .isLessThan(Duration.ofMillis(700));
    assertThat(seenFrom(second, node, GATEWAY)).isEqualTo(two.address());
    assertThat(seenFrom(node, first, one.address())).isEqualTo(GATEWAY);
    assertThat(seenFrom(first, first, one.address())).isEqualTo(one.address());
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    assertThat(seenFrom(first, first, loopback)).isEqualTo(loopback);
    assertThat(one.hostInterface()).isEqualTo("gpaaaaaaaaaaaa");
    assertThat(network.status().ready()).isTrue();
  }

  @Test
  void podsThatAreKeptFromEachOtherStillReachTheirGateway() throws IOException {
    Files.createDirectories(fixture.configurations());
    Files.writeString(
        fixture.configurations().resolve("10-walled.conflist"),
        """
        {'cniVersion':'1.1.0','name':'walled','plugins':[{'type':'bridge','bridge':'walled0',
          'isDefaultGateway':true,'portIsolation':true,'promiscMode':true,
          'ipam':{'type':'host-local','subnet':'10.7.0.0/24','dataDir':'%s'}}]}
        """
            .formatted(fixture.addresses())
            .replace('\'', '"'));
    TestNamespace first = newPod();
    TestNamespace second = newPod();
    Attached one = attach("one", first);
    Attached two = attach("two", second);
    assertThat(seenFrom(first, node, InetAddress.ofLiteral("10.7.0.1"))).isEqualTo(one.address());
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> seenFrom(first, second, two.address()));
    var bridge = node.inside().use(stack -> stack.linkSettings().find("walled0").orElseThrow());
    assertThat(bridge.promiscuous()).isTrue();
  }

  /** A veth between the node and a namespace that knows nothing of pods. */
  private TestNamespace outside(int mtu) throws IOException {
    TestNamespace outside = newPod();
    try (NetworkStack here = node.inside().open();
        NetworkStack there = outside.inside().open()) {
      here.links()
          .create(new VethLink("up0", 0, new VethLink.Peer("eth0", outside.fd(), SOME_MAC), mtu));
      int up = here.links().find("up0").orElseThrow().index();
      int eth = there.links().find("eth0").orElseThrow().index();
      here.addresses().add(new InterfaceAddress(up, NODE_OUTSIDE));
      there.addresses().add(new InterfaceAddress(eth, OUTSIDE));
      there.links().bringUp(eth);
      here.routes().add(new Route(IpPrefix.parse("0.0.0.0/0"), OUTSIDE.address(), up));
    }
    return outside;
  }

  @Test
  void theOutsideSeesTheNodeAndPacketsFitTheWayOutAlsoAfterARestart() throws IOException {
    TestNamespace outside = outside(1400);
    TestNamespace pod = newPod();
    attach("pod", pod);
    assertThat(seenFrom(pod, outside, OUTSIDE.address())).isEqualTo(NODE_OUTSIDE.address());
    Link eth0 = pod.inside().use(stack -> stack.links().find("eth0").orElseThrow());
    assertThat(eth0.mtu()).isEqualTo(1400);

    new LibNftables(node.inside()).run("flush ruleset\n");
    restart();
    assertThat(seenFrom(pod, outside, OUTSIDE.address())).isEqualTo(NODE_OUTSIDE.address());
    new LibNftables(node.inside()).run("flush ruleset\n");
    assertThat(network.status().ready()).as("a look at the status mends it").isTrue();
    assertThat(seenFrom(pod, outside, OUTSIDE.address())).isEqualTo(NODE_OUTSIDE.address());
  }

  @Test
  void removingLeavesNothingAndAsksOthersNothing() throws IOException {
    new LibNftables(node.inside()).run("add table ip other\n");
    attach("pod", newPod());
    network.detach("pod", null, fixture.of("pod"));
    fixture.records.clear();
    restart();
    assertThat(network.remove()).isTrue();
    assertThat(nodeLinks()).doesNotContain("gtest0");
    assertThat(new LibNftables(node.inside()).run("list tables\n")).isEqualTo("table ip other\n");
  }

  @Test
  void twoHundredPodsUpAndDownLeaveNothing() throws Exception {
    attach("first", newPod());
    List<String> before = nodeLinks();
    for (int i = 0; i < 200; i++) {
      String podId = "%064x".formatted(0xabc0000000L + i).substring(24) + "0".repeat(24);
      try (TestNamespace pod = TestNamespace.make()) {
        attach(podId, pod);
      }
      network.detach(podId, null, fixture.of(podId));
      network.detach(podId, null, fixture.of(podId));
      fixture.records.remove(podId);
    }
    awaitLinks(before);
    assertThat(new LibNftables(node.inside()).run("list table inet gtest\n"))
        .contains("10.88.0.2")
        .doesNotContain("10.88.0.3");
    try (var files = Files.list(fixture.addresses().resolve("gtest"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("10.88.0.2", "lock", "last_reserved_ip.0");
    }
  }

  /** The kernel takes dropped namespaces apart in its own time. */
  private void awaitLinks(List<String> names) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (nodeLinks().size() > names.size() && System.nanoTime() < deadline) {
      Thread.sleep(20);
    }
    assertThat(nodeLinks()).containsExactlyElementsOf(names);
  }

  @Test
  void aRestartKeepsPodsAndCollectsWhatHasNoOwner() throws IOException {
    TestNamespace pod = newPod();
    Attached kept = attach("kept", pod);
    Attached lost = attach("lost", newPod());
    fixture.records.remove("lost");
    restart();
    assertThat(nodeLinks()).contains(kept.hostInterface()).doesNotContain(lost.hostInterface());
    assertThat(seenFrom(pod, node, GATEWAY)).isEqualTo(kept.address());
    network.check("kept", pod.fd(), fixture.of("kept"));
  }

  @Test
  void aHalfMadeInterfaceIsReplacedAndAFailedOneUndone() throws IOException {
    TestNamespace gone = newPod();
    TestNamespace pod = newPod();
    attach("pod", gone);
    Attached second = attach("pod", pod);
    assertThat(gone.inside().<List<Link>>use(stack -> stack.links().list()))
        .extracting(Link::kind)
        .doesNotContain("veth");
    pod.close();
    network.detach("pod", null, fixture.of("pod"));

    TestNamespace other = newPod();
    List<Attachment> impossible =
        network.plan(NetworksFixture.pod("other")).stream()
            .map(one ->
                new Attachment(
                    one.network(),
                    "a-name-that-is-too-long",
                    one.configuration(),
                    one.capabilities(),
                    one.arguments(),
                    ""))
            .toList();
    assertThatExceptionOfType(AttachmentFailedException.class)
        .isThrownBy(() -> network.attach("other", other.fd(), impossible))
        .withMessageContaining("RTM_NEWLINK");
    assertThat(second.hostInterface()).isNotEmpty();
    assertThat(other.inside().<List<Link>>use(stack -> stack.links().list()))
        .extracting(Link::kind)
        .doesNotContain("veth");
  }
}
