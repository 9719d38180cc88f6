package io.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.SyscallException;
import java.io.IOException;
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
    node.links().hairpin(veth.index(), true);
    refused(Errno.EEXIST, () -> veth(0));

    node.links().delete(veth.index());
    assertThat(node.links().find("veth0")).isEmpty();
    assertThat(pod.links().find("eth0")).isEmpty();
    refused(Errno.ENODEV, () -> node.links().delete(veth.index()));
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

    List<Route> routes = pod.routes().list();
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
}
