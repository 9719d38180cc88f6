package io.gantry.cni.bandwidth;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.cni.netns.TestNamespace;
import io.gantry.cni.netns.TestNode;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.TestCalls;
import io.gantry.linux.netlink.Link;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BandwidthPluginIT {

  private static final int SENT = 1_000_000;
  private static final int PORT = 7000;

  /** One megabyte a second to the container, two from it. */
  private static final String LIMITS =
      """
      {'runtimeConfig': {'bandwidth': {'ingressRate': 8000000, 'ingressBurst': 400000,
          'egressRate': 16000000, 'egressBurst': 400000}}}
      """;

  @Test
  void aContainerGetsAndSendsAsFastAsItMay() throws Exception {
    try (TestNode host = new TestNode()) {
      TestNamespace pod = host.pod();
      InetAddress address = TestNode.address(1);
      BandwidthPlugin plugin = new BandwidthPlugin(host.stack());
      PluginCall call =
          TestCalls.call(
              "abcdef012345", null, TestCalls.config("bandwidth", LIMITS, TestNode.result(1)));
      assertThat(sending(host.node(), pod, address)).isLessThan(Duration.ofMillis(400));

      plugin.add(call);
      plugin.check(call);
      assertThat(sending(host.node(), pod, address))
          .isBetween(Duration.ofMillis(800), Duration.ofMillis(3000));
      assertThat(sending(pod, host.node(), TestNode.GATEWAY))
          .isBetween(Duration.ofMillis(400), Duration.ofMillis(2000));

      plugin.del(call);
      assertThat(host.stack().links().list()).extracting(Link::kind).doesNotContain("ifb");
    }
  }

  /** How long a megabyte takes from one namespace to a server in another. */
  private static Duration sending(TestNamespace from, TestNamespace to, InetAddress address)
      throws Exception {
    try (ServerSocketChannel server = TestNode.serve(to, PORT);
        SocketChannel client = from.inside().call(() -> SocketChannel.open())) {
      client.socket().connect(new InetSocketAddress(address, PORT), 5000);
      try (SocketChannel accepted = server.accept()) {
        long start = System.nanoTime();
        Thread sender = Thread.ofPlatform().name("sender").start(() -> send(client));
        receive(accepted);
        sender.join();
        return Duration.ofNanos(System.nanoTime() - start);
      }
    }
  }

  private static void send(SocketChannel channel) {
    ByteBuffer bytes = ByteBuffer.allocate(SENT);
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void receive(SocketChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    long total = 0;
    for (int got = 0; got >= 0; got = channel.read(buffer.clear())) {
      total += got;
    }
    assertThat(total).isEqualTo(SENT);
  }
}
