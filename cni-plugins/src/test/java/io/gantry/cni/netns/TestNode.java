package io.gantry.cni.netns;

import io.gantry.cni.spec.CniResult;
import io.gantry.linux.netlink.BridgeLink;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.Route;
import io.gantry.linux.netlink.VethLink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A namespace that stands for a node: a bridge {@code br0} with pods, forwarding, and a way to a
 * machine outside. Version 4 and 6, nothing of the packet filter.
 */
public final class TestNode implements AutoCloseable {

  public static final InetAddress GATEWAY = InetAddress.ofLiteral("10.88.0.1");
  public static final InetAddress GATEWAY6 = InetAddress.ofLiteral("fd00:88::1");

  /** The node's address on the way outside. */
  public static final InetAddress ADDRESS = InetAddress.ofLiteral("198.51.100.1");

  public static final InetAddress ADDRESS6 = InetAddress.ofLiteral("2001:db8::1");

  /** The machine outside. */
  public static final InetAddress OUTSIDE = InetAddress.ofLiteral("198.51.100.2");

  public static final InetAddress OUTSIDE6 = InetAddress.ofLiteral("2001:db8::2");

  private static final int MTU = 1500;
  private static final int CONNECT_MILLIS = 5000;
  private static final IpPrefix EVERYWHERE = IpPrefix.parse("0.0.0.0/0");
  private static final IpPrefix EVERYWHERE6 = IpPrefix.parse("::/0");

  private final TestNamespace node = TestNamespace.make();
  private final TestNamespace outside = TestNamespace.make();
  private final List<TestNamespace> pods = new ArrayList<>();
  private final NetworkStack stack = node.inside().open();
  private final int bridge;

  public TestNode() throws IOException {
    stack.links().bringUp(1);
    stack.links().create(new BridgeLink("br0", MacAddress.derivedFrom(GATEWAY), MTU));
    bridge = stack.links().find("br0").orElseThrow().index();
    stack.addresses().add(new InterfaceAddress(bridge, new IpPrefix(GATEWAY, 16)));
    stack.addresses().add(new InterfaceAddress(bridge, new IpPrefix(GATEWAY6, 64)));
    stack.links().bringUp(bridge);
    sysctl("net/ipv4/ip_forward", "1");
    sysctl("net/ipv6/conf/all/forwarding", "1");
    connectOutside();
  }

  private void connectOutside() throws IOException {
    MacAddress mac = MacAddress.derivedFrom(OUTSIDE);
    stack.links().create(new VethLink("up0", 0, new VethLink.Peer("eth0", outside.fd(), mac), MTU));
    int up = stack.links().find("up0").orElseThrow().index();
    stack.addresses().add(new InterfaceAddress(up, new IpPrefix(ADDRESS, 24)));
    stack.addresses().add(new InterfaceAddress(up, new IpPrefix(ADDRESS6, 64)));
    try (NetworkStack there = outside.inside().open()) {
      int eth = there.links().find("eth0").orElseThrow().index();
      there.addresses().add(new InterfaceAddress(eth, new IpPrefix(OUTSIDE, 24)));
      there.addresses().add(new InterfaceAddress(eth, new IpPrefix(OUTSIDE6, 64)));
      there.links().bringUp(eth);
      there.routes().add(new Route(EVERYWHERE, ADDRESS, eth));
      there.routes().add(new Route(EVERYWHERE6, ADDRESS6, eth));
    }
  }

  public TestNamespace node() {
    return node;
  }

  public TestNamespace outside() {
    return outside;
  }

  /** The node's own links, addresses and routes. */
  public NetworkStack stack() {
    return stack;
  }

  public void sysctl(String path, String value) throws IOException {
    node.inside().call(() -> Files.writeString(Path.of("/proc/sys", path), value));
  }

  /** The next pod, with the addresses that {@link #address} tells. */
  public TestNamespace pod() throws IOException {
    TestNamespace pod = TestNamespace.make();
    pods.add(pod);
    int number = pods.size();
    String name = "pod" + number;
    MacAddress mac = MacAddress.derivedFrom(address(number));
    stack.links().create(new VethLink(name, bridge, new VethLink.Peer("eth0", pod.fd(), mac), MTU));
    try (NetworkStack there = pod.inside().open()) {
      int eth = there.links().find("eth0").orElseThrow().index();
      there.addresses().add(new InterfaceAddress(eth, new IpPrefix(address(number), 16)));
      there.addresses().add(new InterfaceAddress(eth, new IpPrefix(address6(number), 64)));
      there.links().bringUp(eth);
      there.routes().add(new Route(EVERYWHERE, GATEWAY, eth));
      there.routes().add(new Route(EVERYWHERE6, GATEWAY6, eth));
    }
    stack.bridgePorts().hairpin(stack.links().find(name).orElseThrow().index(), true);
    return pod;
  }

  /** Of the pod that was made as that one, from 1 on. */
  public static InetAddress address(int pod) {
    return InetAddress.ofLiteral("10.88.0." + (pod + 1));
  }

  public static InetAddress address6(int pod) {
    return InetAddress.ofLiteral("fd00:88::" + (pod + 1));
  }

  /** What the plugin that made the pod's interface would have answered. */
  public static CniResult result(int pod) {
    return new CniResult(
        List.of(
            new CniResult.Interface("br0", "", MTU, ""),
            new CniResult.Interface("pod" + pod, "", MTU, ""),
            new CniResult.Interface("eth0", "", MTU, "/proc/self/ns/net")),
        List.of(
            new CniResult.Ip(new IpPrefix(address(pod), 16), GATEWAY, 2),
            new CniResult.Ip(new IpPrefix(address6(pod), 64), GATEWAY6, 2)),
        List.of(),
        CniResult.Dns.NONE);
  }

  /** A TCP server in a namespace on that port of every address. */
  public static ServerSocketChannel serve(TestNamespace in, int port) throws IOException {
    return in.inside().call(() -> ServerSocketChannel.open().bind(new InetSocketAddress(port)));
  }

  /** How a server sees who connects from one namespace to an address; throws after a while. */
  public static InetAddress seenFrom(
      TestNamespace client, ServerSocketChannel server, InetAddress to, int port)
      throws IOException {
    try (SocketChannel there = client.inside().call(() -> SocketChannel.open())) {
      there.socket().connect(new InetSocketAddress(to, port), CONNECT_MILLIS);
      server.socket().setSoTimeout(CONNECT_MILLIS);
      try (SocketChannel here = server.socket().accept().getChannel()) {
        return ((InetSocketAddress) here.getRemoteAddress()).getAddress();
      }
    }
  }

  /** A UDP socket in a namespace on that port of every address; 0 is any port. */
  public static DatagramChannel datagrams(TestNamespace in, int port) throws IOException {
    return in.inside().call(() -> DatagramChannel.open().bind(new InetSocketAddress(port)));
  }

  @Override
  public void close() {
    stack.close();
    pods.forEach(TestNamespace::close);
    outside.close();
    node.close();
  }
}
