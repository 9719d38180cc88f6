package io.gantry.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.shim.ProcessStream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdyStreamStatus;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Port-forwards by SPDY, to sockets of the test. */
class ForwardStreamsTest {

  private static final StreamRequest.Forward REQUEST = new StreamRequest.Forward("p", List.of());
  private static final StreamSettings SETTINGS =
      new StreamSettings("127.0.0.1", 0, Duration.ofMinutes(1), Duration.ofMillis(300), null);

  /** What a port leads to. */
  @FunctionalInterface
  private interface Ports extends StreamTargets {

    @Override
    SocketChannel connect(String pod, int port, Consumer<SocketChannel> made) throws IOException;

    @Override
    default ProcessStream exec(StreamRequest.Exec request) {
      throw new AssertionError("no exec");
    }

    @Override
    default ProcessStream attach(StreamRequest.Attach request) {
      throw new AssertionError("no attach");
    }
  }

  private final ServerSocket listener;
  private Ports ports = this::dial;
  private final StreamServer server;
  private final EmbeddedChannel channel = new EmbeddedChannel(SpdyPeer.codec());
  private final EmbeddedChannel client = new EmbeddedChannel(SpdyPeer.codec());

  ForwardStreamsTest() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
    server =
        new StreamServer(SETTINGS, (Ports) (pod, port, made) -> ports.connect(pod, port, made));
  }

  @AfterEach
  void close() throws IOException {
    server.close();
    listener.close();
    channel.finishAndReleaseAll();
    client.finishAndReleaseAll();
  }

  private SocketChannel dial(String pod, int port, Consumer<SocketChannel> made)
      throws IOException {
    SocketChannel socket = SocketChannel.open();
    made.accept(socket);
    socket.connect(listener.getLocalSocketAddress());
    return socket;
  }

  private SpdyPeer peer() throws IOException {
    return new SpdyPeer(server.urlFor(REQUEST));
  }

  @Test
  void aServerThatBreaksOffIsNoErrorOfForwarding() throws IOException {
    try (SpdyPeer peer = peer()) {
      peer.open(1, "error", 80, "0");
      peer.open(3, "data", 80, "0");
      try (Socket accepted = listener.accept()) {
        accepted.getOutputStream().write('h');
        peer.awaitText(3, "h");
        accepted.setSoLinger(true, 0);
      }

      assertThat(peer.toTheEnd(3)).isEqualTo("h");
      assertThat(peer.toTheEnd(1)).isEmpty();
    }
  }

  @Test
  void whatCannotBeReachedIsTold() throws IOException {
    ports =
        (pod, port, made) -> {
          throw new IOException("nobody listens");
        };
    try (SpdyPeer peer = peer()) {
      peer.open(1, "error", 80, "0");
      peer.open(3, "data", 80, "0");

      assertThat(peer.toTheEnd(1)).isEqualTo("error forwarding port 80 to pod p: nobody listens");
      assertThat(peer.toTheEnd(3)).isEmpty();
    }
  }

  @Test
  void whatNobodyThoughtOfIsToldAndEnds() throws IOException {
    ports =
        (pod, port, made) -> {
          throw new UnsupportedOperationException("not here");
        };
    try (SpdyPeer peer = peer()) {
      peer.open(1, "error", 80, "0");
      peer.open(3, "data", 80, "0");

      assertThat(peer.toTheEnd(1)).contains("not here");
      assertThat(peer.toTheEnd(3)).isEmpty();
    }
  }

  @Test
  void anIncompletePairEndsAlone() throws IOException {
    try (SpdyPeer peer = peer()) {
      peer.open(1, "error", 80, "0");
      peer.open(3, "data", 80, "1");

      assertThat(peer.toTheEnd(1)).contains("no data stream came within PT0.3S");
      assertThat(peer.toTheEnd(3)).isEmpty();
      peer.ping();
    }
  }

  @Test
  void aClientThatGoesEndsWhatIsBeingConnected() throws Exception {
    LinkedBlockingQueue<String> ended = new LinkedBlockingQueue<>();
    LinkedBlockingQueue<String> begun = new LinkedBlockingQueue<>();
    ports =
        (pod, port, made) -> {
          try (SocketChannel socket = dial(pod, port, made)) {
            begun.add("begun");
            // Stands for a connect that takes its time: both wait for the network.
            socket.read(ByteBuffer.allocate(1));
            throw new IOException("read");
          } catch (IOException e) {
            ended.add(e.getClass().getSimpleName());
            throw e;
          }
        };
    try (SpdyPeer peer = peer()) {
      peer.open(1, "error", 80, "0");
      peer.open(3, "data", 80, "0");
      assertThat(begun.poll(20, TimeUnit.SECONDS)).isEqualTo("begun");
    }

    assertThat(ended.poll(20, TimeUnit.SECONDS)).isEqualTo("AsynchronousCloseException");
  }

  private void serve(Ports targets) {
    Line line = new Line(channel);
    ForwardStreams pairs = new ForwardStreams(REQUEST, targets, line, Duration.ofSeconds(30));
    SpdyStreams streams = new SpdyStreams(line, pairs);
    pairs.of(streams);
    channel.pipeline().addLast(streams, line);
  }

  private void send(Object frame) {
    client.writeOutbound(frame);
    for (ByteBuf bytes = client.readOutbound(); bytes != null; bytes = client.readOutbound()) {
      channel.writeInbound(bytes);
    }
  }

  private void reset(int id) {
    send(new DefaultSpdyRstStreamFrame(id, SpdyStreamStatus.CANCEL));
  }

  /** How many streams the server has refused since the last question. */
  private int refused() {
    int count = 0;
    for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
      client.writeInbound(bytes);
    }
    for (Object frame = client.readInbound(); frame != null; frame = client.readInbound()) {
      count += frame instanceof SpdyRstStreamFrame ? 1 : 0;
      ReferenceCountUtil.release(frame);
    }
    return count;
  }

  @Test
  void aPairWhoseStreamWasResetLeavesNothing() {
    serve(this::dial);
    for (int i = 0; i < 2 * SpdyStreams.MOST; i++) {
      send(SpdyPeer.syn(2 * i + 1, "error", 80, "again"));
      reset(2 * i + 1);
    }

    assertThat(refused()).isZero();
    assertThat(channel.runScheduledPendingTasks()).isEqualTo(-1);
  }

  @Test
  void connectionsWhoseStreamsWereResetCountUntilTheyAreOver() {
    CountDownLatch never = new CountDownLatch(1);
    serve((pod, port, made) -> {
      try {
        never.await();
      } catch (InterruptedException e) {
        throw new UncheckedIOException(new IOException(e));
      }
      throw new IOException("never");
    });
    int id = 1;
    for (int i = 0; i < SpdyStreams.MOST; i++) {
      send(SpdyPeer.syn(id, "error", 80, "r" + i));
      send(SpdyPeer.syn(id + 2, "data", 80, "r" + i));
      reset(id);
      reset(id + 2);
      id += 4;
    }
    assertThat(refused()).isZero();

    send(SpdyPeer.syn(id, "error", 80, "more"));

    assertThat(refused()).isEqualTo(1);
  }
}
