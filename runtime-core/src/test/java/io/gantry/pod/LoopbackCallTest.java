package io.gantry.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoopbackCallTest {

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private final List<SocketChannel> made = new ArrayList<>();

  private static SocketChannel withoutVersion6(java.net.ProtocolFamily family) throws IOException {
    if (family == StandardProtocolFamily.INET6) {
      throw new UnsupportedOperationException("IPv6 not available");
    }
    return SocketChannel.open(family);
  }

  @Test
  void aNodeWithoutVersion6StillTellsWhatVersion4Said() throws IOException {
    int port;
    try (ServerSocket gone = new ServerSocket(0, 1, LOOPBACK)) {
      port = gone.getLocalPort();
    }
    LoopbackCall call = new LoopbackCall(LoopbackCallTest::withoutVersion6, Duration.ofSeconds(5));

    assertThatThrownBy(() -> call.connect(port, made::add))
        .isInstanceOf(IOException.class)
        .hasMessage("connection refused");
    assertThat(made).hasSize(1).noneMatch(SocketChannel::isOpen);
  }

  @Test
  void aListenerThatAcceptsNobodyIsNotWaitedForWithoutAnEnd() throws IOException {
    List<Socket> queue = new ArrayList<>();
    try (ServerSocket busy = new ServerSocket(0, 1, LOOPBACK)) {
      fill(busy, queue);
      LoopbackCall call =
          new LoopbackCall(LoopbackCallTest::withoutVersion6, Duration.ofMillis(200));

      assertThatThrownBy(() -> call.connect(busy.getLocalPort(), made::add))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("timed out");
      assertThat(made).hasSize(1).noneMatch(SocketChannel::isOpen);
    } finally {
      for (Socket each : queue) {
        each.close();
      }
    }
  }

  private static void fill(ServerSocket busy, List<Socket> queue) throws IOException {
    for (int i = 0; i < 100; i++) {
      Socket next = new Socket();
      queue.add(next);
      try {
        next.connect(new InetSocketAddress(LOOPBACK, busy.getLocalPort()), 500);
      } catch (SocketTimeoutException full) {
        return;
      }
    }
    throw new AssertionError("the queue of a listener has no end");
  }

  @Test
  void whoAnswersIsConnected() throws IOException {
    try (ServerSocket listener = new ServerSocket(0, 1, LOOPBACK);
        SocketChannel socket =
            new LoopbackCall(LoopbackCallTest::withoutVersion6, Duration.ofSeconds(5))
                .connect(listener.getLocalPort(), made::add)) {
      assertThat(socket.isConnected()).isTrue();
      assertThat(made).containsExactly(socket);
    }
  }
}
