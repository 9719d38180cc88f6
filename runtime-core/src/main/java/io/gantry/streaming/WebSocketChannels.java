package io.gantry.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Streams as messages of a WebSocket connection: the first byte of each says which stream it
 * belongs to (k8s.io/apimachinery, httpstream/wsstream). Reading runs on the connection's loop,
 * writing is for other threads.
 */
final class WebSocketChannels extends SimpleChannelInboundHandler<Object> {

  static final int STDIN = 0;
  static final int STDOUT = 1;
  static final int STDERR = 2;
  static final int ERROR = 3;
  static final int RESIZE = 4;

  /** Of version 5: the next byte is the number of a stream that has ended. */
  private static final int CLOSE = 255;

  private static final int NONE = -1;

  /** Longest payload of one message. */
  private static final int LONGEST = 32 << 10;

  private final Line line;
  private final Protocol protocol;
  private final Map<Integer, Inlet> inlets = new HashMap<>();

  /** Whose bytes the rest of a message in several frames are. */
  private int current = NONE;

  WebSocketChannels(Line line, Protocol protocol) {
    this.line = line;
    this.protocol = protocol;
  }

  /** Before the connection is upgraded: a stream that the client may write to. */
  Inlet inlet(int number) {
    Inlet inlet = line.inlet();
    inlets.put(number, inlet);
    return inlet;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, Object message) {
    switch (message) {
      case PingWebSocketFrame ping ->
          line.answer(context, new PongWebSocketFrame(ping.content().retain()));
      case CloseWebSocketFrame _ -> {
        var _ = context.writeAndFlush(new CloseWebSocketFrame(1000, ""));
        var _ = context.close();
      }
      case TextWebSocketFrame text -> first(text);
      case BinaryWebSocketFrame binary -> first(binary);
      case ContinuationWebSocketFrame more -> next(more.content());
      default -> {
        // Pongs that nobody asked for.
      }
    }
  }

  private void first(WebSocketFrame frame) {
    ByteBuf content = frame.content();
    if (!content.isReadable()) {
      current = NONE;
      return;
    }
    int number = content.readUnsignedByte() - (protocol.base64() ? '0' : 0);
    if (number == CLOSE && protocol.halfClose()) {
      current = NONE;
      end(content);
      return;
    }
    current = number;
    next(content);
  }

  private void end(ByteBuf content) {
    Inlet inlet = content.isReadable() ? inlets.get((int) content.readUnsignedByte()) : null;
    if (inlet != null) {
      inlet.end();
    }
  }

  private void next(ByteBuf content) {
    Inlet inlet = inlets.get(current);
    if (inlet == null || !content.isReadable()) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.allocate(content.readableBytes());
    content.readBytes(bytes);
    inlet.offer(protocol.base64() ? Base64.getDecoder().decode(bytes.flip()) : bytes.flip());
  }

  /** A stream that the client reads; its end is that of the connection. */
  Outlet outlet(int number) {
    return new Numbered(number, false);
  }

  /** A stream that the client reads, whose end it is told of where the protocol can tell it. */
  Outlet endingOutlet(int number) {
    return new Numbered(number, protocol.halfClose());
  }

  private WebSocketFrame frame(int number, @Nullable ByteBuffer payload) {
    ByteBuf bytes = payload == null ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(payload);
    if (!protocol.base64()) {
      return new BinaryWebSocketFrame(
          Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(new byte[] {(byte) number}), bytes));
    }
    String text =
        payload == null
            ? ""
            : StandardCharsets.ISO_8859_1.decode(Base64.getEncoder().encode(payload)).toString();
    return new TextWebSocketFrame((char) ('0' + number) + text);
  }

  private final class Numbered implements Outlet {

    private final int number;
    private final boolean tellsItsEnd;
    private boolean ended;

    Numbered(int number, boolean tellsItsEnd) {
      this.number = number;
      this.tellsItsEnd = tellsItsEnd;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      if (!bytes.hasRemaining()) {
        line.send(frame(number, null));
      }
      while (bytes.hasRemaining()) {
        ByteBuffer part = bytes.slice(bytes.position(), Math.min(LONGEST, bytes.remaining()));
        bytes.position(bytes.position() + part.remaining());
        line.send(frame(number, part));
      }
    }

    /** Of exec and attach servers tell it by the end of the connection alone. */
    @Override
    public void end() throws IOException {
      if (tellsItsEnd && !ended) {
        ended = true;
        line.send(
            new BinaryWebSocketFrame(
                Unpooled.wrappedBuffer(new byte[] {(byte) CLOSE, (byte) number})));
      }
    }
  }
}
