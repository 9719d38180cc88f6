package io.gantry.cni.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.Attachment;
import io.gantry.cni.AttachmentFailedException;
import io.gantry.cni.NetworkException;
import io.gantry.cni.PodAttachment;
import io.gantry.cni.PodDetachment;
import io.gantry.cni.ipam.PrivateBlocks;
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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node is a namespace here: its bridge, rules and pods never touch the machine's own. */
class BridgeNetworkIT {

  private static final IpPrefix NODE_OUTSIDE = IpPrefix.parse("198.51.100.1/24");
  private static final IpPrefix OUTSIDE = IpPrefix.parse("198.51.100.2/24");
  private static final MacAddress SOME_MAC = MacAddress.derivedFrom(OUTSIDE.address());

  @TempDir Path state;

  private final List<TestNamespace> pods = new ArrayList<>();
  private TestNamespace node;
  private BridgeNetwork network;

  @BeforeEach
  void startNode() throws IOException {
    node = TestNamespace.make();
    network = open();
  }

  @AfterEach
  void stopNode() {
    network.close();
    pods.forEach(TestNamespace::close);
    node.close();
  }

  private BridgeNetwork open() throws NetworkException {
    BridgeSettings settings =
        new BridgeSettings(
            "gtest0", "gtest", state.resolve("block.json"), PrivateBlocks.candidates(), 0);
    return BridgeNetworks.in(node.inside(), TestNamespace.MACHINE, settings);
  }

  private Attachment attach(String podId, TestNamespace pod) throws IOException {
    List<InetAddress> addresses = network.reserve(podId);
    return network.attach(new PodAttachment(podId, pod.fd(), "eth0", addresses));
  }

  private TestNamespace newPod() throws IOException {
    TestNamespace pod = TestNamespace.make();
    pods.add(pod);
    return pod;
  }

  private static InetAddress addressOf(Attachment attachment) {
    return attachment.addresses().getFirst().address();
  }

  private List<Link> nodeLinks() throws IOException {
    return node.inside().use(stack -> stack.links().list());
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
    network.ensure();
    TestNamespace first = newPod();
    TestNamespace second = newPod();
    Attachment one = attach("a".repeat(64), first);
    Attachment two = attach("b".repeat(64), second);

    long start = System.nanoTime();
    assertThat(seenFrom(first, second, addressOf(two))).isEqualTo(addressOf(one));
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .as("a first packet that is lost is sent again after a second")
        .isLessThan(Duration.ofMillis(700));
    assertThat(seenFrom(second, node, one.gateway())).isEqualTo(addressOf(two));
    assertThat(seenFrom(node, first, addressOf(one))).isEqualTo(one.gateway());
    assertThat(seenFrom(first, first, addressOf(one))).isEqualTo(addressOf(one));
    assertThat(seenFrom(first, first, InetAddress.ofLiteral("127.0.0.1")))
        .isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
    assertThat(one.mac()).isEqualTo(MacAddress.derivedFrom(addressOf(one)));
    assertThat(one.hostInterface()).isEqualTo("gpaaaaaaaaaaaa");
    assertThat(network.status().ready()).isTrue();
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
  void theOutsideSeesTheNodeAndPacketsFitTheWayOut() throws IOException {
    TestNamespace outside = outside(1400);
    network.ensure();
    TestNamespace pod = newPod();
    Attachment attachment = attach("pod", pod);

    assertThat(seenFrom(pod, outside, OUTSIDE.address())).isEqualTo(NODE_OUTSIDE.address());
    assertThat(attachment.mtu()).isEqualTo(1400);
    Link eth0 = pod.inside().use(stack -> stack.links().find("eth0").orElseThrow());
    assertThat(eth0.mtu()).isEqualTo(1400);
  }

  @Test
  void ensuringTwiceChangesNothingAndRemovingLeavesNothing() throws IOException {
    network.ensure();
    List<Link> before = nodeLinks();
    network.ensure();
    assertThat(nodeLinks()).isEqualTo(before);

    assertThat(network.remove()).isTrue();
    assertThat(network.remove()).isTrue();
    assertThat(nodeLinks()).extracting(Link::name).doesNotContain("gtest0");
    assertThat(new LibNftables(node.inside()).run("list tables\n")).isEmpty();
    assertThat(network.status().ready()).isFalse();
  }

  @Test
  void aNetworkInUseIsNotRemoved() throws IOException {
    network.ensure();
    network.reserve("pod");
    assertThat(network.remove()).isFalse();
    network.release("pod");
    assertThat(network.remove()).isTrue();
  }

  @Test
  void theBlockAvoidsAddressesAndRoutesAndStaysOverARestart() throws IOException {
    try (NetworkStack stack = node.inside().open()) {
      stack.links().bringUp(1);
      stack.addresses().add(new InterfaceAddress(1, IpPrefix.parse("10.88.3.4/24")));
      stack.routes().add(new Route(IpPrefix.parse("10.89.128.0/17"), null, 1));
    }
    network.ensure();
    assertThat(network.reserve("pod")).containsExactly(InetAddress.ofLiteral("10.90.0.2"));

    network.close();
    network = open();
    network.restore("pod", List.of(InetAddress.ofLiteral("10.90.0.2")));
    network.ensure();
    assertThat(network.reserve("pod")).containsExactly(InetAddress.ofLiteral("10.90.0.2"));
    assertThat(network.reserve("other")).containsExactly(InetAddress.ofLiteral("10.90.0.3"));
  }

  @Test
  void aBlockThatIsTakenMeanwhileIsKeptForPodsAndElseReplaced() throws IOException {
    network.ensure();
    InetAddress address = network.reserve("pod").getFirst();
    try (NetworkStack stack = node.inside().open()) {
      stack.links().bringUp(1);
      stack.routes().add(new Route(IpPrefix.parse("10.88.7.0/24"), null, 1));
    }
    network.close();
    network = open();
    network.restore("pod", List.of(address));
    network.ensure();
    assertThat(network.status().ready()).isTrue();
    assertThat(network.status().message())
        .contains("10.88.0.0/16", "overlaps with route to 10.88.7.0/24");

    network.release("pod");
    network.ensure();
    assertThat(network.status().message()).isEmpty();
    assertThat(network.reserve("pod")).containsExactly(InetAddress.ofLiteral("10.89.0.2"));
    List<InterfaceAddress> addresses = node.inside().use(stack -> stack.addresses().list());
    assertThat(addresses)
        .extracting(InterfaceAddress::prefix)
        .contains(IpPrefix.parse("10.89.0.1/16"))
        .doesNotContain(IpPrefix.parse("10.88.0.1/16"));
  }

  @Test
  void aForeignChainThatDropsIsNamed() throws IOException {
    new LibNftables(node.inside())
        .run(
            "table ip other { chain wall { type filter hook forward priority 0; policy drop; }; }\n");
    network.ensure();
    assertThat(network.status().ready()).isTrue();
    assertThat(network.status().message()).contains("ip other wall");
    network.remove();
    assertThat(new LibNftables(node.inside()).run("list tables\n")).isEqualTo("table ip other\n");
  }

  @Test
  void twoHundredPodsUpAndDownLeaveNothing() throws Exception {
    network.ensure();
    List<String> before = nodeLinks().stream().map(Link::name).toList();
    for (int i = 0; i < 200; i++) {
      String podId = "%064x".formatted(0xabc0000000L + i).substring(24) + "0".repeat(24);
      try (TestNamespace pod = TestNamespace.make()) {
        attach(podId, pod);
      }
      network.detach(PodDetachment.withNamespace(podId));
      network.detach(PodDetachment.withNamespace(podId));
      network.release(podId);
    }
    awaitLinks(before);
    assertThat(network.remove()).isTrue();
  }

  /** The kernel takes dropped namespaces apart in its own time. */
  private void awaitLinks(List<String> names) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (nodeLinks().size() > names.size() && System.nanoTime() < deadline) {
      Thread.sleep(20);
    }
    assertThat(nodeLinks()).extracting(Link::name).containsExactlyElementsOf(names);
  }

  @Test
  void sweepingRemovesWhatHasNoOwner() throws IOException {
    network.ensure();
    Attachment kept = attach("kept", newPod());
    Attachment known = attach("known", newPod());
    Attachment lost = attach("lost", newPod());
    network.release("known");
    network.release("lost");

    assertThat(network.sweep(Set.of("known"))).containsExactly(lost.hostInterface());
    assertThat(network.sweep(Set.of("known"))).isEmpty();
    assertThat(nodeLinks())
        .extracting(Link::name)
        .contains(kept.hostInterface(), known.hostInterface())
        .doesNotContain(lost.hostInterface());
  }

  @Test
  void aHalfMadeInterfaceIsReplacedAndAFailedOneUndone() throws IOException {
    network.ensure();
    TestNamespace gone = newPod();
    TestNamespace pod = newPod();
    Attachment first = attach("pod", gone);
    Attachment second = attach("pod", pod);
    assertThat(second.addresses()).isEqualTo(first.addresses());
    assertThat(gone.inside().<List<Link>>use(stack -> stack.links().list()))
        .extracting(Link::kind)
        .doesNotContain("veth");

    network.detach(new PodDetachment("pod", pod.fd(), false));
    network.detach(new PodDetachment("pod", pod.fd(), false));
    assertThat(nodeLinks()).extracting(Link::name).doesNotContain(second.hostInterface());

    List<InetAddress> addresses = network.reserve("pod");
    PodAttachment impossible =
        new PodAttachment("pod", pod.fd(), "a-name-that-is-too-long", addresses);
    assertThatExceptionOfType(AttachmentFailedException.class)
        .isThrownBy(() -> network.attach(impossible))
        .withMessageContaining("RTM_NEWLINK");
    assertThat(nodeLinks()).extracting(Link::name).doesNotContain(second.hostInterface());
  }
}
