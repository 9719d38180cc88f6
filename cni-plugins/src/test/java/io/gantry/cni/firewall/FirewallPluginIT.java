package io.gantry.cni.firewall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.filter.PacketTable;
import io.gantry.cni.netns.TestNamespace;
import io.gantry.cni.netns.TestNode;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.TestCalls;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.linux.netlink.BridgeLink;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.Route;
import io.gantry.linux.netlink.VethLink;
import io.gantry.linux.nftables.LibNftables;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FirewallPluginIT {

  private static final int PORT = 7000;
  private static final IpPrefix OTHER_GATEWAY = IpPrefix.parse("10.89.0.1/16");
  private static final IpPrefix OTHER = IpPrefix.parse("10.89.0.2/16");
  private static final String SAME_BRIDGE = "{'ingressPolicy': 'same-bridge'}";
  private static final String ISOLATED = "{'ingressPolicy': 'isolated'}";

  private TestNode host;
  private TestNamespace pod;
  private TestNamespace other;
  private LibNftables nftables;
  private FirewallPlugin plugin;

  @BeforeEach
  void startNode() throws IOException {
    host = new TestNode();
    pod = host.pod();
    other = podOnAnotherBridge();
    nftables = new LibNftables(host.node().inside());
    plugin = new FirewallPlugin(new PacketTable(nftables, "gtest"));
  }

  @AfterEach
  void stopNode() {
    nftables.close();
    other.close();
    host.close();
  }

  private TestNamespace podOnAnotherBridge() throws IOException {
    TestNamespace made = TestNamespace.make();
    MacAddress mac = MacAddress.derivedFrom(OTHER.address());
    NetworkStack node = host.stack();
    node.links()
        .create(new BridgeLink("br1", MacAddress.derivedFrom(OTHER_GATEWAY.address()), 1500));
    int bridge = node.links().find("br1").orElseThrow().index();
    node.addresses().add(new InterfaceAddress(bridge, OTHER_GATEWAY));
    node.links().bringUp(bridge);
    node.links()
        .create(new VethLink("other", bridge, new VethLink.Peer("eth0", made.fd(), mac), 1500));
    try (NetworkStack inside = made.inside().open()) {
      int eth = inside.links().find("eth0").orElseThrow().index();
      inside.addresses().add(new InterfaceAddress(eth, OTHER));
      inside.links().bringUp(eth);
      inside.routes().add(new Route(IpPrefix.parse("0.0.0.0/0"), OTHER_GATEWAY.address(), eth));
    }
    node.links().find("other");
    return made;
  }

  private static PluginCall podCall(String policy) {
    return TestCalls.call("one", null, TestCalls.config("firewall", policy, TestNode.result(1)));
  }

  private static PluginCall otherCall(String policy) {
    CniResult result =
        new CniResult(
            List.of(
                new CniResult.Interface("br1", "", 1500, ""),
                new CniResult.Interface("eth0", "", 1500, "/ns")),
            List.of(new CniResult.Ip(OTHER, OTHER_GATEWAY.address(), 1)),
            List.of(),
            CniResult.Dns.NONE);
    return TestCalls.call("two", null, TestCalls.config("firewall", policy, result));
  }

  private static boolean reaches(TestNamespace from, TestNamespace to, InetAddress address)
      throws IOException {
    try (ServerSocketChannel server = TestNode.serve(to, PORT)) {
      TestNode.seenFrom(from, server, address, PORT);
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  @Test
  void podsOfWalledBridgesDoNotReachEachOtherAndAllElseDo() throws IOException {
    plugin.add(podCall(SAME_BRIDGE));
    InetAddress address = TestNode.address(1);
    assertThat(reaches(other, pod, address)).isTrue();

    plugin.add(otherCall(SAME_BRIDGE));
    assertThat(reaches(other, pod, address)).isFalse();
    assertThat(reaches(pod, other, OTHER.address())).isFalse();
    assertThat(reaches(host.outside(), pod, address)).isTrue();
    assertThat(reaches(host.node(), pod, address)).isTrue();
    assertThat(reaches(pod, host.outside(), TestNode.OUTSIDE)).isTrue();
    plugin.check(podCall(SAME_BRIDGE));

    plugin.del(otherCall("{}"));
    plugin.del(otherCall("{}"));
    assertThat(reaches(other, pod, address)).isTrue();
    plugin.gc(podCall("{}").config(), Set.of(new Plugin.Attachment("two", "eth0")));
    assertThat(nftables.run("list table inet gtest\n")).doesNotContain("elements", "wall_");
  }

  @Test
  void whatIsGoneIsNoticedAndPutBack() throws IOException {
    plugin.add(podCall(ISOLATED));
    assertThat(nftables.run("list table inet gtest\n")).contains("cell_br0");
    nftables.run("flush map inet gtest walled4\n");
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.check(podCall(ISOLATED)))
        .withMessageContaining("walled4 10.88.0.2");
    nftables.run("flush ruleset\n");
    plugin.status(podCall(ISOLATED).config());
    plugin.check(podCall(ISOLATED));
  }
}
