package io.gantry.streaming;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdyHeaders;
import io.netty.handler.codec.spdy.SpdyStreamStatus;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One stream of a SPDY connection, as its two ends see it. */
final class SpdyStream implements Outlet {

  /** Longest payload of one frame; the format has room for more, some readers have not. */
  private static final int LONGEST = 32 << 10;

  private final Line line;
  private final int id;
  private final SpdyHeaders headers;
  private final Inlet inlet;
  private final SpdyWindow window;
  private final SpdyWindow connection;
  private volatile boolean reset;
  private boolean ended;

  /**
   * @param window what the client takes of this stream
   * @param connection what it takes of all together
   */
  SpdyStream(Line line, int id, SpdyHeaders headers, SpdyWindow window, SpdyWindow connection) {
    this.line = line;
    this.id = id;
    this.headers = headers;
    this.inlet = line.inlet();
    this.window = window;
    this.connection = connection;
  }

  int id() {
    return id;
  }

  /** Empty where it is missing. */
  String header(String lowerCaseName) {
    CharSequence value = headers.get(lowerCaseName);
    return value == null ? "" : value.toString();
  }

  Inlet inlet() {
    return inlet;
  }

  SpdyWindow window() {
    return window;
  }

  /** The client wants no more of it. */
  void wasReset() {
    reset = true;
    inlet.cut();
    line.stir();
  }

  boolean isReset() {
    return reset;
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      line.await(() -> reset || (window.open() && connection.open()));
      if (reset) {
        throw new IOException("the client has closed the stream");
      }
      int most = Math.min(window.most(LONGEST), connection.most(LONGEST));
      ByteBuffer part = bytes.slice(bytes.position(), Math.min(most, bytes.remaining()));
      bytes.position(bytes.position() + part.remaining());
      window.sent(part.remaining());
      connection.sent(part.remaining());
      line.send(new DefaultSpdyDataFrame(id, Unpooled.wrappedBuffer(part)));
    }
  }

  @Override
  public void end() throws IOException {
    if (ended || reset) {
      return;
    }
    ended = true;
    DefaultSpdyDataFrame last = new DefaultSpdyDataFrame(id);
    last.setLast(true);
    line.send(last);
  }

  /** Ends both directions, whatever is under way. */
  @Override
  public void abort() throws IOException {
    if (!reset) {
      reset = true;
      line.send(new DefaultSpdyRstStreamFrame(id, SpdyStreamStatus.CANCEL));
    }
  }
}
