package io.gantry.cni.engine;

import io.gantry.cni.netns.TestNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** What two ways between namespaces carry, measured in turns, so that a noisy second hits both. */
final class Throughput {

  private static final Duration WARM_UP = Duration.ofMillis(400);
  private static final Duration ROUND = Duration.ofMillis(400);
  private static final int ROUNDS = 11;
  private static final int CHUNK = 1 << 18;
  private static final double BITS_PER_GIGABIT = 1e9;

  /** A way from one namespace to an address that another has. */
  record Way(TestNamespace from, TestNamespace to, InetAddress address) {}

  /**
   * What came out.
   *
   * @param ours in bits per second, the median of the rounds
   * @param byHand likewise
   * @param share the median of what ours carried of the other way's in the same round
   */
  record Compared(double ours, double byHand, double share) {

    @Override
    public String toString() {
      return "%.1f Gbit/s, by hand %.1f Gbit/s, %.0f %%"
          .formatted(ours / BITS_PER_GIGABIT, byHand / BITS_PER_GIGABIT, share * 100);
    }
  }

  private Throughput() {}

  static Compared compare(Way ours, Way byHand) throws IOException {
    var _ = measure(byHand, WARM_UP);
    var _ = measure(ours, WARM_UP);
    double[] first = new double[ROUNDS];
    double[] second = new double[ROUNDS];
    double[] shares = new double[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      boolean oursFirst = i % 2 == 0;
      double before = measure(oursFirst ? ours : byHand, ROUND);
      double after = measure(oursFirst ? byHand : ours, ROUND);
      first[i] = oursFirst ? before : after;
      second[i] = oursFirst ? after : before;
      shares[i] = first[i] / second[i];
    }
    return new Compared(median(first), median(second), median(shares));
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  /** Bits per second of one TCP connection over that time. */
  private static double measure(Way way, Duration time) throws IOException {
    try (ServerSocketChannel server = way.to().listen();
        SocketChannel out =
            way.from()
                .connect(way.address(), ((InetSocketAddress) server.getLocalAddress()).getPort());
        SocketChannel in = server.accept()) {
      AtomicBoolean over = new AtomicBoolean();
      CompletableFuture<Void> sender =
          CompletableFuture.runAsync(
              () -> send(out, over), task -> Thread.ofPlatform().name("sender").start(task));
      ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
      long start = System.nanoTime();
      long arrived = 0;
      while (System.nanoTime() - start < time.toNanos() && in.read(buffer) >= 0) {
        arrived += buffer.position();
        buffer.clear();
      }
      long took = System.nanoTime() - start;
      over.set(true);
      while (in.read(buffer.clear()) >= 0) {
        buffer.clear();
      }
      sender.join();
      return arrived * (double) Byte.SIZE * Duration.ofSeconds(1).toNanos() / took;
    }
  }

  private static void send(SocketChannel out, AtomicBoolean over) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
    try (out) {
      while (!over.get()) {
        out.write(buffer.clear());
      }
    } catch (IOException e) {
      throw new IllegalStateException("sending failed", e);
    }
  }
}
