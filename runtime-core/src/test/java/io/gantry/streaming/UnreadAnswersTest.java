package io.gantry.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyPingFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyVersion;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What clients ask for, and do not read. */
class UnreadAnswersTest {

  private static final int PLENTY = 20_000;

  /** Whose client takes nothing as long as it is stubborn. */
  private static final class Stubborn extends EmbeddedChannel {

    private boolean reads;

    @Override
    protected void doWrite(ChannelOutboundBuffer buffer) throws Exception {
      if (reads) {
        super.doWrite(buffer);
      }
    }

    void take() {
      reads = true;
      flushOutbound();
      runPendingTasks();
    }

    boolean isRead() {
      return config().isAutoRead();
    }
  }

  private final Stubborn channel = new Stubborn();
  private final Line line = new Line(channel);
  private final EmbeddedChannel client = new EmbeddedChannel(codec());

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
    client.finishAndReleaseAll();
  }

  private static SpdyFrameCodec codec() {
    return new SpdyFrameCodec(SpdyVersion.SPDY_3_1, 64 << 10, 16 << 10, 0, 15, 8, true);
  }

  private void serve(ChannelHandler... handlers) {
    channel.pipeline().addLast(handlers);
    channel.pipeline().addLast(line);
  }

  private void serveSpdy() {
    serve(codec(), new SpdyStreams(line, _ -> true));
  }

  /** Sends it again and again as long as the server reads. */
  private int sent(Runnable once) {
    int count = 0;
    while (channel.isRead() && count < PLENTY) {
      once.run();
      count++;
    }
    return count;
  }

  private void send(Object frame) {
    client.writeOutbound(frame);
    for (ByteBuf bytes = client.readOutbound(); bytes != null; bytes = client.readOutbound()) {
      channel.writeInbound(bytes);
    }
  }

  private void assertThatReadingGoesOn() {
    assertThat(channel.isRead()).isFalse();
    channel.take();
    assertThat(channel.isRead()).isTrue();
  }

  @Test
  void pingsOfSpdyAreNotReadWithoutAnEnd() {
    serveSpdy();

    assertThat(sent(() -> send(new DefaultSpdyPingFrame(1)))).isGreaterThan(100).isLessThan(PLENTY);
    assertThatReadingGoesOn();
  }

  @Test
  void streamsAreNotRefusedWithoutAnEnd() {
    serveSpdy();

    assertThat(sent(() -> send(new DefaultSpdySynStreamFrame(2, 0, (byte) 0))))
        .isGreaterThan(100)
        .isLessThan(PLENTY);
    assertThatReadingGoesOn();
  }

  @Test
  void pingsOfWebSocketAreNotReadWithoutAnEnd() {
    serve(new WebSocketChannels(line, Protocol.webSocket(java.util.List.of()).orElseThrow()));

    assertThat(sent(() -> channel.writeInbound(new PingWebSocketFrame())))
        .isGreaterThan(100)
        .isLessThan(PLENTY);
    assertThatReadingGoesOn();
  }

  @Test
  void pingsAroundATunnelAreNotReadWithoutAnEnd() {
    serve(new WebSocketTunnel(line));

    assertThat(sent(() -> channel.writeInbound(new PingWebSocketFrame())))
        .isGreaterThan(100)
        .isLessThan(PLENTY);
    assertThatReadingGoesOn();
    Object answer = channel.readOutbound();
    assertThat(answer).isInstanceOf(PongWebSocketFrame.class);
    ReferenceCountUtil.release(answer);
  }

  @Test
  void ofStreamsThatThereAreNotNoRoomIsGivenBack() {
    serveSpdy();
    channel.take();

    send(new DefaultSpdyDataFrame(7, Unpooled.wrappedBuffer(new byte[100])));

    Object answer = channel.readOutbound();
    assertThat(answer).isNull();
  }

  @Test
  void whoNeverReadsTheLastBytesIsLeftAfterAMinute() {
    serve();
    writeAndFinish();

    channel.advanceTimeBy(Line.REST.toMillis() - 1, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isTrue();

    channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isFalse();
  }

  private void writeAndFinish() {
    try {
      line.send(Unpooled.wrappedBuffer(new byte[100]));
      line.finish();
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aReaderOfAnswersDoesNotHurryWhoTakesInput() {
    Intake intake = new Intake(channel);
    intake.came(Intake.HIGH + 1);
    intake.drained();
    assertThat(channel.isRead()).isFalse();

    intake.went(Intake.HIGH + 1);
    assertThat(channel.isRead()).isTrue();
  }
}
