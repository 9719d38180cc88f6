package io.gantry.cni.overlay;

import io.gantry.cni.netns.TestNamespace;
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
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Hosts that are namespaces of a test, joined by a bridge in one more: host n has address n of
 * 192.0.2.0/24 and of 2001:db8::/64.
 */
public final class OverlayHosts implements AutoCloseable {

  private static final IpPrefix WIRE = IpPrefix.parse("192.0.2.0/24");
  private static final IpPrefix WIRE6 = IpPrefix.parse("2001:db8::/64");
  private static final Path FORWARD = Path.of("/proc/sys/net/ipv4/ip_forward");
  private static final Path FORWARD6 = Path.of("/proc/sys/net/ipv6/conf/all/forwarding");
  private static final int PING_MILLIS = 1000;
  private static final int PATIENCE = 5;

  private final List<TestNamespace> made = new ArrayList<>();
  private final TestNamespace wire;

  public OverlayHosts() throws IOException {
    wire = make();
    wire.inside()
        .use(stack -> {
          stack.links().create(new BridgeLink("wire", mac(WIRE.at(254)), 1500));
          stack.links().bringUp(stack.links().find("wire").orElseThrow().index());
          return null;
        });
  }

  private TestNamespace make() throws IOException {
    TestNamespace namespace = TestNamespace.make();
    made.add(namespace);
    return namespace;
  }

  private static MacAddress mac(InetAddress address) {
    return MacAddress.derivedFrom(address);
  }

  /** A host on the wire that passes packets on. */
  public TestNamespace host(int number) throws IOException {
    TestNamespace host = make();
    InetAddress address = WIRE.at(number);
    wire.inside()
        .use(stack -> {
          int bridge = stack.links().find("wire").orElseThrow().index();
          VethLink.Peer peer = new VethLink.Peer("eth0", host.fd(), mac(address));
          stack.links().create(new VethLink(port(number), bridge, peer, 1500));
          return null;
        });
    host.inside()
        .use(stack -> {
          int eth0 = stack.links().find("eth0").orElseThrow().index();
          stack.addresses().add(new InterfaceAddress(eth0, new IpPrefix(address, 24)));
          stack.addresses().add(new InterfaceAddress(eth0, new IpPrefix(WIRE6.at(number), 64)));
          stack.links().bringUp(1);
          stack.links().bringUp(eth0);
          Files.writeString(FORWARD, "1");
          Files.writeString(FORWARD6, "1");
          return null;
        });
    return host;
  }

  private static String port(int number) {
    return "port" + number;
  }

  /** Pulls the host's cable. */
  public void cutOff(int number) throws IOException {
    wire.inside()
        .use(stack -> {
          stack.links().bringDown(stack.links().find(port(number)).orElseThrow().index());
          return null;
        });
  }

  public void putBack(int number) throws IOException {
    wire.inside()
        .use(stack -> {
          stack.links().bringUp(stack.links().find(port(number)).orElseThrow().index());
          return null;
        });
  }

  /** A pod on a host with one address of each of the blocks, the fifth. */
  public TestNamespace pod(TestNamespace host, String name, List<IpPrefix> blocks, int mtu)
      throws IOException {
    TestNamespace pod = make();
    try (NetworkStack node = host.inside().open();
        NetworkStack inside = pod.inside().open()) {
      VethLink.Peer peer = new VethLink.Peer("eth0", pod.fd(), mac(blocks.getFirst().at(5)));
      node.links().create(new VethLink(name, 0, peer, mtu));
      int here = node.links().find(name).orElseThrow().index();
      int eth0 = inside.links().find("eth0").orElseThrow().index();
      inside.links().bringUp(1);
      inside.links().bringUp(eth0);
      for (IpPrefix block : blocks) {
        node.addresses().add(new InterfaceAddress(here, new IpPrefix(block.at(1), block.length())));
        inside
            .addresses()
            .add(new InterfaceAddress(eth0, new IpPrefix(block.at(5), block.length())));
        String everywhere = block.isVersion4() ? "0.0.0.0/0" : "::/0";
        inside.routes().add(new Route(IpPrefix.parse(everywhere), block.at(1), eth0));
      }
    }
    return pod;
  }

  /** Whether the address answers an echo request from inside within a second. */
  public static boolean pings(TestNamespace from, InetAddress to) throws IOException {
    return from.inside().call(() -> to.isReachable(PING_MILLIS));
  }

  /**
   * As {@link #pings} within some seconds: ports of a new bridge do not forward at once, and an
   * interface asks for neighbours of version 6 only once it is sure of its own address.
   */
  public static boolean reaches(TestNamespace from, InetAddress to) throws IOException {
    for (int i = 0; i < PATIENCE; i++) {
      if (pings(from, to)) {
        return true;
      }
    }
    return false;
  }

  /** Sends that many bytes from one to the other and returns how many arrived. */
  public static long stream(TestNamespace from, TestNamespace to, InetAddress address, long bytes)
      throws IOException {
    try (ServerSocketChannel server = to.listen();
        SocketChannel out =
            from.connect(address, ((InetSocketAddress) server.getLocalAddress()).getPort());
        SocketChannel in = server.accept()) {
      Thread sender = Thread.ofVirtual().start(() -> send(out, bytes));
      ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 18);
      long arrived = 0;
      while (in.read(buffer) >= 0) {
        arrived += buffer.position();
        buffer.clear();
      }
      join(sender);
      return arrived;
    }
  }

  private static void send(SocketChannel out, long bytes) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 18);
    try (out) {
      for (long sent = 0; sent < bytes; ) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), bytes - sent));
        sent += out.write(buffer);
      }
    } catch (IOException e) {
      throw new IllegalStateException("sending failed", e);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    made.reversed().forEach(TestNamespace::close);
  }
}
