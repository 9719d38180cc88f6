package io.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every network stack does, the kernel's and the one in memory. */
abstract class NetworkStackContract {

  private static final Errno ENETDOWN = new Errno(100);
  private static final MacAddress BRIDGE_MAC = new MacAddress(0x02_47_0a_58_00_01L);
  private static final MacAddress POD_MAC = new MacAddress(0x02_47_0a_58_00_02L);
  private static final IpPrefix GATEWAY = IpPrefix.parse("10.88.0.1/16");
  private static final IpPrefix POD = IpPrefix.parse("10.88.0.2/16");
  private static final IpPrefix POD6 = IpPrefix.parse("fd00:88::2/64");
  private static final IpPrefix DEFAULT = IpPrefix.parse("0.0.0.0/0");

  private Fd nodeFd;
  private Fd podFd;
  private NetworkStack node;
  private NetworkStack pod;

  abstract NetworkNamespaces namespaces();

  /** A new, empty namespace. */
  abstract Fd make() throws IOException;

  @BeforeEach
  void makeTwo() throws IOException {
    nodeFd = make();
    podFd = make();
    node = namespaces().at(nodeFd).open();
    pod = namespaces().at(podFd).open();
  }

  @AfterEach
  void dropBoth() {
    pod.close();
    node.close();
    podFd.close();
    nodeFd.close();
  }

  private Link bridge() throws IOException {
    node.links().create(new BridgeLink("br0", BRIDGE_MAC, 1400));
    return node.links().find("br0").orElseThrow();
  }

  private Link veth(int master) throws IOException {
    VethLink.Peer peer = new VethLink.Peer("eth0", podFd, POD_MAC);
    node.links().create(new VethLink("veth0", master, peer, 1400));
    return node.links().find("veth0").orElseThrow();
  }

  private Link eth0() throws IOException {
    return pod.links().find("eth0").orElseThrow();
  }

  private static void refused(Errno errno, ThrowingCallable call) {
    assertThatExceptionOfType(SyscallException.class)
        .isThrownBy(call)
        .extracting(SyscallException::errno)
        .isEqualTo(errno);
  }

  @Test
  void aNewNamespaceHasLoopbackDown() throws IOException {
    Link loopback = node.links().find("lo").orElseThrow();
    assertThat(loopback.index()).isEqualTo(1);
    assertThat(loopback.up()).isFalse();
    assertThat(node.links().find("none")).isEmpty();
    assertThat(node.addresses().list()).isEmpty();
    node.links().bringUp(1);
    assertThat(node.links().find("lo").orElseThrow().up()).isTrue();
  }

  @Test
  void aBridgeIsMadeOnceWithWhatWasAsked() throws IOException {
    Link bridge = bridge();
    assertThat(bridge.kind()).isEqualTo("bridge");
    assertThat(bridge.mac()).isEqualTo(BRIDGE_MAC);
    assertThat(bridge.mtu()).isEqualTo(1400);
    assertThat(bridge.up()).isFalse();
    assertThat(node.links().list()).contains(bridge);
    refused(Errno.EEXIST, this::bridge);

    node.links().resize(bridge.index(), 1300);
    node.links().bringUp(bridge.index());
    Link changed = node.links().find("br0").orElseThrow();
    assertThat(changed.mtu()).isEqualTo(1300);
    assertThat(changed.up()).isTrue();
  }

  @Test
  void aVethPairIsMadeAcrossNamespacesAndGoesAsOne() throws IOException {
    Link bridge = bridge();
    Link veth = veth(bridge.index());
    assertThat(veth.kind()).isEqualTo("veth");
    assertThat(veth.master()).isEqualTo(bridge.index());
    assertThat(veth.up()).isTrue();
    assertThat(eth0().up()).isFalse();
    assertThat(eth0().mac()).isEqualTo(POD_MAC);
    assertThat(eth0().mtu()).isEqualTo(1400);
    node.bridgePorts().hairpin(veth.index(), true);
    node.bridgePorts().isolate(veth.index(), true);
    refused(Errno.EEXIST, () -> veth(0));

    node.links().delete(veth.index());
    assertThat(node.links().find("veth0")).isEmpty();
    assertThat(pod.links().find("eth0")).isEmpty();
    refused(Errno.ENODEV, () -> node.links().delete(veth.index()));
  }

  @Test
  void aPortIsHeldToItsAddress() throws IOException {
    Link veth = veth(bridge().index());
    assertThat(node.bridgePorts().locked(veth.index())).isFalse();
    node.bridgePorts().lock(veth.index(), POD_MAC);
    node.bridgePorts().lock(veth.index(), POD_MAC);
    assertThat(node.bridgePorts().locked(veth.index())).isTrue();
    refused(Errno.ENODEV, () -> node.bridgePorts().lock(999, POD_MAC));
  }

  @Test
  void aBridgeThatIsNotToldToLooksAtNoVlans() throws IOException {
    Link bridge = bridge();
    Link veth = veth(bridge.index());
    assertThat(node.bridgePorts().vlanRule(bridge.index()).filtering()).isFalse();
    assertThat(node.bridgePorts().vlans(veth.index())).noneMatch(vlans -> vlans.first() != 1);
  }

  @Test
  void aPortJoinsAndLeavesVlans() throws IOException {
    BridgeLink filtering = new BridgeLink("br0", BRIDGE_MAC, 1400, true);
    assumeTrue(makes(filtering), "this kernel cannot filter the VLANs of a bridge");
    int bridge = node.links().find("br0").orElseThrow().index();
    BridgePorts ports = node.bridgePorts();
    assertThat(ports.vlanRule(bridge)).isEqualTo(new BridgePorts.VlanRule(true, 1));
    int port = veth(bridge).index();
    assertThat(ports.vlans(port)).containsExactly(PortVlans.access(1));
    ports.join(port, PortVlans.access(7));
    ports.join(port, PortVlans.tagged(20, 29));
    ports.leave(port, 1);
    ports.leave(port, 99);
    assertThat(ports.vlans(port))
        .containsExactlyInAnyOrder(PortVlans.access(7), PortVlans.tagged(20, 29));
    refused(Errno.ENODEV, () -> ports.join(999, PortVlans.access(7)));

    ports.joinBridge(bridge, 7);
    node.links().create(new VlanLink("br0.7", bridge, 7));
    assertThat(node.links().find("br0.7").orElseThrow().kind()).isEqualTo("vlan");
    refused(Errno.EEXIST, () -> node.links().create(new VlanLink("br0.7", bridge, 7)));
  }

  private boolean makes(BridgeLink bridge) throws IOException {
    try {
      node.links().create(bridge);
      return true;
    } catch (SyscallException e) {
      assertThat(e.errno()).isEqualTo(Errno.EOPNOTSUPP);
      return false;
    }
  }

  @Test
  void aTakenNameInTheOtherNamespaceLeavesNothingHere() throws IOException {
    pod.links().create(new BridgeLink("eth0", BRIDGE_MAC, 1500));
    refused(Errno.EEXIST, () -> veth(0));
    assertThat(node.links().find("veth0")).isEmpty();
  }

  @Test
  void aVethForABridgeThatIsGoneIsNotMade() throws IOException {
    int index = bridge().index();
    node.links().delete(index);
    assertThatExceptionOfType(SyscallException.class).isThrownBy(() -> veth(index));
    assertThat(node.links().find("veth0")).isEmpty();
    assertThat(pod.links().find("eth0")).isEmpty();
  }

  @Test
  void addressesOfBothVersionsComeAndGo() throws IOException {
    veth(0);
    InterfaceAddress four = new InterfaceAddress(eth0().index(), POD);
    InterfaceAddress six = new InterfaceAddress(eth0().index(), POD6);
    pod.addresses().add(four);
    pod.addresses().add(six);
    assertThat(pod.addresses().list()).contains(four, six);
    refused(Errno.EEXIST, () -> pod.addresses().add(four));
    refused(Errno.ENODEV, () -> pod.addresses().add(new InterfaceAddress(99, POD)));

    pod.addresses().remove(four);
    assertThat(pod.addresses().list()).contains(six).doesNotContain(four);
    refused(Errno.EADDRNOTAVAIL, () -> pod.addresses().remove(four));
  }

  @Test
  void aDefaultRouteNeedsALinkThatIsUpAndAGatewayOnIt() throws IOException {
    veth(0);
    int link = eth0().index();
    Route route = new Route(DEFAULT, GATEWAY.address(), link);
    Route onLink = new Route(IpPrefix.parse("192.0.2.0/24"), null, link);
    pod.addresses().add(new InterfaceAddress(link, POD));
    refused(ENETDOWN, () -> pod.routes().add(onLink));
    refused(Errno.ENETUNREACH, () -> pod.routes().add(route));
    pod.links().bringUp(link);
    pod.routes().add(onLink);
    pod.routes().add(route);

    List<Route> routes = pod.routes().list().stream().map(Route::plain).toList();
    assertThat(routes).contains(route, onLink, new Route(POD.network(), null, link));
    refused(Errno.EEXIST, () -> pod.routes().add(route));
    pod.routes().remove(route);
    assertThat(pod.routes().list()).doesNotContain(route);
    refused(Errno.ESRCH, () -> pod.routes().remove(route));
  }

  @Test
  void theEndHereGoesWithItsBridgeOnlyAsAPort() throws IOException {
    Link bridge = bridge();
    veth(bridge.index());
    node.links().delete(bridge.index());
    assertThat(node.links().find("veth0").orElseThrow().master()).isZero();
  }

  private Link vxlan() throws IOException {
    InetAddress local = InetAddress.ofLiteral("192.0.2.1");
    node.links().create(new VxlanLink("vx0", 7, local, 4789, 0, BRIDGE_MAC, 1400));
    return node.links().find("vx0").orElseThrow();
  }

  @Test
  void aVxlanDeviceIsMadeWithWhatWasAskedAndLearnsNothing() throws IOException {
    Link vxlan = vxlan();
    assertThat(vxlan.kind()).isEqualTo("vxlan");
    assertThat(vxlan.mac()).isEqualTo(BRIDGE_MAC);
    assertThat(vxlan.mtu()).isEqualTo(1400);
    assertThat(vxlan.up()).isFalse();
    InetAddress local = InetAddress.ofLiteral("192.0.2.1");
    assertThat(node.links().vxlan("vx0"))
        .contains(new VxlanLink("vx0", 7, local, 4789, 0, BRIDGE_MAC, 1400));
    refused(Errno.EEXIST, this::vxlan);

    bridge();
    assertThat(node.links().vxlan("br0")).isEmpty();
    assertThat(node.links().vxlan("none")).isEmpty();
  }

  @Test
  void aVxlanDeviceOfVersionSixHasItsLocalAddress() throws IOException {
    bridge();
    int below = node.links().find("br0").orElseThrow().index();
    InetAddress local = InetAddress.ofLiteral("fd00::1");
    VxlanLink made = new VxlanLink("vx0", 9, local, 8472, below, POD_MAC, 1330);
    node.links().create(made);
    assertThat(node.links().vxlan("vx0")).contains(made);
  }

  @Test
  void neighboursComeChangeAndGo() throws IOException {
    int link = vxlan().index();
    node.links().bringUp(link);
    Neighbour four = new Neighbour(link, InetAddress.ofLiteral("10.1.0.0"), BRIDGE_MAC);
    Neighbour six = new Neighbour(link, InetAddress.ofLiteral("fd00:1::"), POD_MAC);
    node.neighbours().put(four);
    node.neighbours().put(six);
    assertThat(node.neighbours().list()).contains(four, six);

    Neighbour changed = new Neighbour(link, four.address(), POD_MAC);
    node.neighbours().put(changed);
    assertThat(node.neighbours().list()).contains(changed).doesNotContain(four);

    node.neighbours().remove(changed);
    assertThat(node.neighbours().list()).contains(six).doesNotContain(changed);
    refused(Errno.ENOENT, () -> node.neighbours().remove(changed));
    Neighbour nowhere = new Neighbour(99, four.address(), POD_MAC);
    refused(Errno.ENODEV, () -> node.neighbours().put(nowhere));
  }

  @Test
  void whatAVxlanDeviceForwardsComesChangesAndGoes() throws IOException {
    int link = vxlan().index();
    InetAddress destination = InetAddress.ofLiteral("192.0.2.2");
    ForwardingEntry entry = new ForwardingEntry(link, POD_MAC, destination);
    node.neighbours().put(entry);
    node.neighbours().put(entry);
    assertThat(node.neighbours().forwarding()).containsExactly(entry);

    InetAddress other = InetAddress.ofLiteral("192.0.2.3");
    ForwardingEntry changed = new ForwardingEntry(link, POD_MAC, other);
    node.neighbours().put(changed);
    assertThat(node.neighbours().forwarding()).containsExactly(changed);

    node.neighbours().remove(changed);
    assertThat(node.neighbours().forwarding()).isEmpty();
    refused(Errno.ENOENT, () -> node.neighbours().remove(changed));
  }

  @Test
  void aMacvlanIsMadeInTheOtherNamespaceAndRenamedThere() throws IOException {
    Link bridge = bridge();
    node.links()
        .create(
            new MacvlanLink(
                "mv0", bridge.index(), MacvlanLink.Mode.BRIDGE, POD_MAC, 1400, 500, podFd));
    Link made = pod.links().find("mv0").orElseThrow();
    assertThat(made.kind()).isEqualTo("macvlan");
    assertThat(made.mac()).isEqualTo(POD_MAC);
    assertThat(made.mtu()).isEqualTo(1400);
    assertThat(node.links().find("mv0")).isEmpty();

    pod.links().rename(made.index(), "eth0");
    assertThat(eth0().index()).isEqualTo(made.index());
    assertThat(pod.links().find("mv0")).isEmpty();
    refused(Errno.EEXIST, () -> pod.links().rename(made.index(), "lo"));
  }

  @Test
  void aMacvlanWithoutAGivenAddressGetsOne() throws IOException {
    Link bridge = bridge();
    node.links()
        .create(
            new MacvlanLink("mv0", bridge.index(), MacvlanLink.Mode.PRIVATE, null, 1300, 0, podFd));
    assertThat(pod.links().find("mv0").orElseThrow().mac()).isNotNull();
  }

  @Test
  void aLinkMovesIntoAnotherNamespaceAndArrivesDown() throws IOException {
    Link bridge = bridge();
    veth(bridge.index());
    Link moved = node.links().find("veth0").orElseThrow();
    node.links().move(moved.index(), podFd, "eth1");
    assertThat(node.links().find("veth0")).isEmpty();
    Link arrived = pod.links().find("eth1").orElseThrow();
    assertThat(arrived.up()).isFalse();
    assertThat(arrived.master()).isZero();
    veth2();
    Link second = node.links().find("veth2").orElseThrow();
    refused(Errno.EEXIST, () -> node.links().move(second.index(), podFd, "eth1"));
  }

  private void veth2() throws IOException {
    VethLink.Peer peer = new VethLink.Peer("eth2", podFd, POD_MAC);
    node.links().create(new VethLink("veth2", 0, peer, 1400));
  }

  @Test
  void aLinkTakesAnotherAddressAndGoesDownAgain() throws IOException {
    veth(0);
    pod.links().bringUp(eth0().index());
    pod.links().bringDown(eth0().index());
    assertThat(eth0().up()).isFalse();
    pod.links().address(eth0().index(), BRIDGE_MAC);
    assertThat(eth0().mac()).isEqualTo(BRIDGE_MAC);
  }

  @Test
  void aRouteKeepsItsOptions() throws IOException {
    veth(0);
    int link = eth0().index();
    pod.addresses().add(new InterfaceAddress(link, POD));
    pod.links().bringUp(link);
    Route.Options options = new Route.Options(1300, 1200, 50, 1000, null, true, POD.address());
    InetAddress anywhere = InetAddress.ofLiteral("198.51.100.1");
    Route route = new Route(IpPrefix.parse("192.0.2.0/24"), anywhere, link, options);
    pod.routes().add(route);
    assertThat(pod.routes().list()).contains(route);
    refused(Errno.EEXIST, () -> pod.routes().add(route));
    pod.routes().add(route.with(options.withMetric(60)));
    pod.routes().remove(route);
    assertThat(pod.routes().list())
        .doesNotContain(route)
        .contains(route.with(options.withMetric(60)));
  }

  @Test
  void aRouteOfVersionSixKeepsItsOptions() throws IOException {
    veth(0);
    node.links().bringUp(node.links().find("veth0").orElseThrow().index());
    int link = eth0().index();
    pod.addresses().add(new InterfaceAddress(link, POD6));
    pod.links().bringUp(link);
    Route plain = new Route(IpPrefix.parse("fd01::/64"), POD6.at(1), link);
    Route route = plain.with(Route.Options.NONE.withMtu(1300).withMetric(50));
    pod.routes().add(plain);
    pod.routes().add(route);
    assertThat(pod.routes().list()).contains(plain, route);
    pod.routes().remove(route);
    assertThat(pod.routes().list()).contains(plain).doesNotContain(route);
  }

  @Test
  void aRouteReplacesTheOneThatIsThere() throws IOException {
    veth(0);
    int link = eth0().index();
    pod.addresses().add(new InterfaceAddress(link, POD));
    pod.links().bringUp(link);
    Route first = new Route(IpPrefix.parse("192.0.2.0/24"), GATEWAY.address(), link);
    Route second = first.with(Route.Options.NONE.withMtu(1300));
    pod.routes().replace(first);
    pod.routes().replace(second);
    assertThat(pod.routes().list()).contains(second).doesNotContain(first);
  }

  @Test
  void anAddressComesWithoutARouteWhereThatIsAsked() throws IOException {
    veth(0);
    int link = eth0().index();
    pod.links().bringUp(link);
    pod.addresses().addWithoutRoute(new InterfaceAddress(link, POD));
    pod.addresses().addWithoutRoute(new InterfaceAddress(link, POD6));
    assertThat(pod.addresses().list())
        .contains(new InterfaceAddress(link, POD), new InterfaceAddress(link, POD6));
    assertThat(pod.routes().list())
        .extracting(Route::destination)
        .doesNotContain(POD.network(), POD6.network());
  }

  @Test
  void aLinkKeepsItsSettings() throws IOException {
    int veth = veth(0).index();
    LinkSettings settings = node.linkSettings();
    settings.alias(veth, "whose it is");
    settings.promiscuous(veth, true);
    settings.allMulticast(veth, true);
    settings.transmitQueue(veth, 77);
    LinkSettings.Settings set = settings.find("veth0").orElseThrow();
    assertThat(set).isEqualTo(new LinkSettings.Settings(set.link(), "whose it is", true, true, 77));
    assertThat(set.link().name()).isEqualTo("veth0");
    settings.promiscuous(veth, false);
    settings.allMulticast(veth, false);
    assertThat(settings.list())
        .contains(new LinkSettings.Settings(set.link(), "whose it is", false, false, 77));
    assertThat(settings.find("veth9")).isEmpty();
    refused(Errno.ENODEV, () -> settings.transmitQueue(999, 1));
  }

  @Test
  void whatALinkSendsAndGetsIsShaped() throws IOException {
    int veth = veth(0).index();
    node.linkSettings().createFunctionalBlock("ifb7", 1400);
    Link block = node.links().find("ifb7").orElseThrow();
    assertThat(block.kind()).isEqualTo("ifb");
    assertThat(block.mtu()).isEqualTo(1400);
    assertThat(block.up()).isTrue();
    refused(Errno.EEXIST, () -> node.linkSettings().createFunctionalBlock("ifb7", 1400));

    Traffic traffic = node.traffic();
    traffic.shape(veth, new Traffic.TokenBucket(1_000_000, 20_000, 45_000));
    traffic.shape(veth, new Traffic.TokenBucket(2_000_000, 20_000, 70_000));
    traffic.shape(block.index(), new Traffic.TokenBucket(5_000_000_000L, 3_000_000, 3_000_000));
    traffic.redirect(veth, block.index());
    refused(Errno.EEXIST, () -> traffic.redirect(veth, block.index()));
    assertThat(traffic.queues())
        .contains(
            new Traffic.Queue(veth, "tbf", 2_000_000, 70_000),
            new Traffic.Queue(veth, "ingress", 0, 0),
            new Traffic.Queue(block.index(), "tbf", 5_000_000_000L, 3_000_000));
    node.links().delete(block.index());
    assertThat(traffic.queues()).noneMatch(queue -> queue.link() == block.index());
    refused(Errno.ENODEV, () -> traffic.shape(999, new Traffic.TokenBucket(1_000, 20_000, 45_000)));
  }
}
