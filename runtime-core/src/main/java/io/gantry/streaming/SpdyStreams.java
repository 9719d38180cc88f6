package io.gantry.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.spdy.DefaultSpdyPingFrame;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynReplyFrame;
import io.netty.handler.codec.spdy.DefaultSpdyWindowUpdateFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdySettingsFrame;
import io.netty.handler.codec.spdy.SpdyStreamStatus;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyWindowUpdateFrame;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The streams of one SPDY/3.1 connection. Clients open them, we answer. Runs on the connection's
 * loop; the streams are for other threads.
 */
final class SpdyStreams extends SimpleChannelInboundHandler<Object> {

  /** A client with more is not what this is made for. */
  static final int MOST = 1024;

  /** After how much a client that counts is told that there is room again. */
  private static final int UPDATE = 32 << 10;

  private final Line line;
  private final SpdyOpened opened;
  private final Map<Integer, SpdyStream> streams = new HashMap<>();
  private final SpdyWindow connection = new SpdyWindow(SpdyWindow.INITIAL);
  private int initialWindow = SpdyWindow.INITIAL;
  private int received;
  private int lastId;

  /** Who decides about a new stream. */
  interface SpdyOpened {

    /**
     * Is called on the connection's loop and must not wait.
     *
     * @return whether the stream is welcome
     */
    boolean opened(SpdyStream stream);

    /** The client has reset one that was welcome. On the connection's loop, too. */
    default void reset(SpdyStream stream) {}
  }

  SpdyStreams(Line line, SpdyOpened opened) {
    this.line = line;
    this.opened = opened;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, Object message) {
    switch (message) {
      case SpdySynStreamFrame frame -> open(context, frame);
      case SpdyDataFrame frame -> data(context, frame);
      case SpdyRstStreamFrame frame -> {
        SpdyStream stream = streams.remove(frame.streamId());
        if (stream != null) {
          stream.wasReset();
          line.forget(stream.inlet());
          opened.reset(stream);
        }
      }
      case SpdyPingFrame frame -> line.answer(context, new DefaultSpdyPingFrame(frame.id()));
      case SpdyWindowUpdateFrame frame -> enlarge(frame.streamId(), frame.deltaWindowSize());
      case SpdySettingsFrame frame -> settings(frame);
      default -> {
        // GOAWAY is followed by the end of the connection; further headers say nothing here.
      }
    }
  }

  private void open(ChannelHandlerContext context, SpdySynStreamFrame frame) {
    int id = frame.streamId();
    boolean valid = !frame.isInvalid() && !frame.isTruncated() && id % 2 == 1 && id > lastId;
    if (!valid || streams.size() >= MOST) {
      refuse(
          context, id, valid ? SpdyStreamStatus.REFUSED_STREAM : SpdyStreamStatus.PROTOCOL_ERROR);
      return;
    }
    lastId = id;
    SpdyStream stream =
        new SpdyStream(line, id, frame.headers(), new SpdyWindow(initialWindow), connection);
    streams.put(id, stream);
    if (frame.isLast()) {
      stream.inlet().end();
    }
    // The answer goes first, for what follows may be written by another thread.
    line.answer(context, reply(id));
    if (!opened.opened(stream)) {
      drop(stream);
      refuse(context, id, SpdyStreamStatus.CANCEL);
    }
  }

  /** With no header at all the codec would leave out the block, which clients wait for. */
  private static DefaultSpdySynReplyFrame reply(int id) {
    DefaultSpdySynReplyFrame reply = new DefaultSpdySynReplyFrame(id);
    reply.headers().set(":status", "200").set(":version", "HTTP/1.1");
    return reply;
  }

  private void refuse(ChannelHandlerContext context, int id, SpdyStreamStatus why) {
    line.answer(context, new DefaultSpdyRstStreamFrame(id, why));
  }

  /** A stream that is over leaves room for others. */
  void drop(SpdyStream stream) {
    if (line.channel().eventLoop().inEventLoop()) {
      streams.remove(stream.id());
      line.forget(stream.inlet());
    } else {
      line.channel().eventLoop().execute(() -> drop(stream));
    }
  }

  private void data(ChannelHandlerContext context, SpdyDataFrame frame) {
    SpdyStream stream = streams.get(frame.streamId());
    ByteBuf content = frame.content();
    int length = content.readableBytes();
    grant(context, length);
    if (stream == null) {
      return;
    }
    if (length > 0 && !frame.isLast()) {
      line.answer(context, new DefaultSpdyWindowUpdateFrame(stream.id(), length));
    }
    if (length > 0) {
      ByteBuffer bytes = ByteBuffer.allocate(length);
      content.readBytes(bytes);
      stream.inlet().offer(bytes.flip());
    }
    if (frame.isLast()) {
      stream.inlet().end();
    }
  }

  /**
   * Room is given back as soon as bytes are here: what holds a client up is that the socket is not
   * read any more, as with clients that do not count.
   */
  private void grant(ChannelHandlerContext context, int length) {
    received += length;
    if (received >= UPDATE) {
      line.answer(context, new DefaultSpdyWindowUpdateFrame(0, received));
      received = 0;
    }
  }

  private void enlarge(int id, int bytes) {
    if (id == 0) {
      connection.enlarge(bytes);
    } else if (streams.containsKey(id)) {
      Objects.requireNonNull(streams.get(id)).window().enlarge(bytes);
    }
    line.stir();
  }

  private void settings(SpdySettingsFrame frame) {
    int wanted = frame.getValue(SpdySettingsFrame.SETTINGS_INITIAL_WINDOW_SIZE);
    if (wanted >= 0) {
      int change = wanted - initialWindow;
      initialWindow = wanted;
      streams.values().forEach(stream -> stream.window().shift(change));
      line.stir();
    }
  }
}
