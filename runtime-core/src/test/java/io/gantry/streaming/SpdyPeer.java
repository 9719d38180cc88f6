package io.gantry.streaming;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyPingFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import io.netty.util.ReferenceCountUtil;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** A client of port-forward that speaks SPDY over a real socket. */
final class SpdyPeer implements AutoCloseable {

  private final Socket socket;
  private final EmbeddedChannel codec = new EmbeddedChannel(codec());
  private final Map<Integer, StringBuilder> texts = new HashMap<>();
  private final Set<Integer> over = new HashSet<>();
  private int pings;

  SpdyPeer(String url) throws IOException {
    URI uri = URI.create(url);
    socket = new Socket(uri.getHost(), uri.getPort());
    socket.setSoTimeout(20_000);
    String request =
        """
        POST %s HTTP/1.1\r
        Host: x\r
        Connection: Upgrade\r
        Upgrade: SPDY/3.1\r
        X-Stream-Protocol-Version: portforward.k8s.io\r
        \r
        """
            .formatted(uri.getPath());
    socket.getOutputStream().write(request.getBytes(UTF_8));
    InputStream in = socket.getInputStream();
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.read());
    }
  }

  static SpdyFrameCodec codec() {
    return new SpdyFrameCodec(SpdyVersion.SPDY_3_1, 64 << 10, 16 << 10, 0, 15, 8, true);
  }

  static SpdySynStreamFrame syn(int id, String type, int port, String request) {
    SpdySynStreamFrame frame = new DefaultSpdySynStreamFrame(id, 0, (byte) 0);
    frame.headers().set("streamtype", type).set("port", port + "").set("requestid", request);
    return frame;
  }

  void open(int id, String type, int port, String request) throws IOException {
    send(syn(id, type, port, request));
  }

  void say(int id, String text) throws IOException {
    send(new DefaultSpdyDataFrame(id, Unpooled.copiedBuffer(text, UTF_8)));
  }

  private void send(Object frame) throws IOException {
    codec.writeOutbound(frame);
    for (ByteBuf bytes = codec.readOutbound(); bytes != null; bytes = codec.readOutbound()) {
      socket.getOutputStream().write(ByteBufUtil.getBytes(bytes));
      bytes.release();
    }
  }

  /** All that came on a stream, up to its end. */
  String toTheEnd(int id) throws IOException {
    until(() -> over.contains(id));
    return text(id);
  }

  void awaitText(int id, String text) throws IOException {
    until(() -> text(id).contains(text));
  }

  /** Whether the connection is still there. */
  void ping() throws IOException {
    int before = pings;
    send(new DefaultSpdyPingFrame(1));
    until(() -> pings > before);
  }

  private String text(int id) {
    return texts.getOrDefault(id, new StringBuilder()).toString();
  }

  private void until(BooleanSupplier condition) throws IOException {
    byte[] room = new byte[4096];
    while (!condition.getAsBoolean()) {
      int count = socket.getInputStream().read(room);
      if (count < 0) {
        throw new EOFException("the server has closed the connection");
      }
      codec.writeInbound(Unpooled.copiedBuffer(room, 0, count));
      for (Object frame = codec.readInbound(); frame != null; frame = codec.readInbound()) {
        take(frame);
      }
    }
  }

  private void take(Object frame) {
    switch (frame) {
      case SpdyDataFrame data -> {
        texts
            .computeIfAbsent(data.streamId(), _ -> new StringBuilder())
            .append(data.content().toString(UTF_8));
        if (data.isLast()) {
          over.add(data.streamId());
        }
      }
      case SpdyRstStreamFrame reset -> over.add(reset.streamId());
      case SpdyPingFrame _ -> pings++;
      default -> {
        // Replies.
      }
    }
    ReferenceCountUtil.release(frame);
  }

  @Override
  public void close() throws IOException {
    codec.finishAndReleaseAll();
    socket.close();
  }
}
