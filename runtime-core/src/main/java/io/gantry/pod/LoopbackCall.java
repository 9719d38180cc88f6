package io.gantry.pod;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Finds who listens on a port of a network's loopback, on 127.0.0.1 or on ::1. */
final class LoopbackCall {

  /** Makes sockets in the network. */
  @FunctionalInterface
  interface Sockets {

    /**
     * A new one.
     *
     * @throws UnsupportedOperationException when the node does not know the family
     */
    SocketChannel open(ProtocolFamily family) throws IOException;
  }

  private record Loopback(ProtocolFamily family, String address) {}

  /** As kubelet's other runtimes do: version 4 first, and version 6 where nobody answers. */
  private static final List<Loopback> LOOPBACKS =
      List.of(
          new Loopback(StandardProtocolFamily.INET, "127.0.0.1"),
          new Loopback(StandardProtocolFamily.INET6, "::1"));

  private final Sockets sockets;
  private final Duration limit;

  /**
   * @param limit for each address
   */
  LoopbackCall(Sockets sockets, Duration limit) {
    this.sockets = sockets;
    this.limit = limit;
  }

  /**
   * Connects.
   *
   * @param made is given each socket before it connects
   * @throws IOException when nobody answers; its message is what happened on 127.0.0.1, and what
   *     happened on ::1 is suppressed
   */
  SocketChannel connect(int port, Consumer<SocketChannel> made) throws IOException {
    IOException refusal = null;
    for (Loopback loopback : LOOPBACKS) {
      try {
        return connect(loopback, port, made);
      } catch (IOException e) {
        if (refusal == null) {
          refusal = e;
        } else {
          refusal.addSuppressed(e);
        }
      }
    }
    throw new IOException(said(refusal), refusal);
  }

  private SocketChannel connect(Loopback loopback, int port, Consumer<SocketChannel> made)
      throws IOException {
    SocketChannel socket;
    try {
      socket = sockets.open(loopback.family());
    } catch (UnsupportedOperationException e) {
      throw new IOException("the node has no " + loopback.family().name(), e);
    }
    boolean connected = false;
    try {
      made.accept(socket);
      socket
          .socket()
          .connect(
              new InetSocketAddress(InetAddress.ofLiteral(loopback.address()), port),
              Math.toIntExact(limit.toMillis()));
      connected = true;
      return socket;
    } finally {
      if (!connected) {
        socket.close();
      }
    }
  }

  private static String said(@org.jspecify.annotations.Nullable IOException refusal) {
    return refusal == null || refusal.getMessage() == null
        ? "no answer"
        : refusal.getMessage().toLowerCase(Locale.ROOT);
  }
}
