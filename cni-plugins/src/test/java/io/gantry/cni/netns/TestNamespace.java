package io.gantry.cni.netns;

import io.gantry.linux.Fd;
import io.gantry.linux.Linux;
import io.gantry.linux.Namespace;
import io.gantry.linux.NamespaceThread;
import io.gantry.linux.netlink.NetlinkNamespaces;
import io.gantry.linux.netlink.NetworkNamespace;
import io.gantry.linux.netlink.NetworkNamespaces;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** A network namespace of a test's own; the kernel drops it when this is closed. */
public final class TestNamespace implements AutoCloseable {

  public static final NetworkNamespaces MACHINE = new NetlinkNamespaces(Linux.syscalls());

  private static final int CONNECT_MILLIS = 5000;

  private final Fd netns;

  private TestNamespace(Fd netns) {
    this.netns = netns;
  }

  public static TestNamespace make() throws IOException {
    return new TestNamespace(
        NamespaceThread.call(
            "test-netns",
            thread -> {
              thread.unshare(Namespace.NET);
              return thread.current(Namespace.NET);
            }));
  }

  public Fd fd() {
    return netns;
  }

  public NetworkNamespace inside() {
    return MACHINE.at(netns);
  }

  /** A TCP server on any port of every address. */
  public ServerSocketChannel listen() throws IOException {
    return inside()
        .call(() -> {
          ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.INET);
          return server.bind(new InetSocketAddress(0));
        });
  }

  /** Connects from inside, or throws after some seconds. */
  public SocketChannel connect(InetAddress address, int port) throws IOException {
    return inside()
        .call(() -> {
          SocketChannel channel = SocketChannel.open(StandardProtocolFamily.INET);
          try {
            channel.socket().connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
            return channel;
          } catch (IOException e) {
            channel.close();
            throw e;
          }
        });
  }

  @Override
  public void close() {
    netns.close();
  }
}
