package io.gantry.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.util.ReferenceCountUtil;

/**
 * Lets another protocol run inside of a WebSocket connection: the contents of its binary messages,
 * one after the other, are the bytes of the inner one (k8s.io/client-go, portforward tunneling).
 */
final class WebSocketTunnel extends ChannelDuplexHandler {

  private final Line line;

  WebSocketTunnel(Line line) {
    this.line = line;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    switch (message) {
      case BinaryWebSocketFrame frame -> context.fireChannelRead(frame.content());
      case ContinuationWebSocketFrame frame -> context.fireChannelRead(frame.content());
      case PingWebSocketFrame ping -> line.answer(context, new PongWebSocketFrame(ping.content()));
      case CloseWebSocketFrame close -> {
        close.release();
        var _ = context.writeAndFlush(new CloseWebSocketFrame(1000, ""));
        var _ = context.close();
      }
      default -> ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    Object framed = message instanceof ByteBuf bytes ? new BinaryWebSocketFrame(bytes) : message;
    var _ = context.write(framed, promise);
  }
}
