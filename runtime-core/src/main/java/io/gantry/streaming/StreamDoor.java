package io.gantry.streaming;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyVersion;
import io.netty.handler.timeout.IdleStateHandler;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one HTTP request of a connection: its token is redeemed, a protocol is agreed on, and the
 * handlers of that protocol take over. Whoever does not get that far gets a reason in plain text.
 */
final class StreamDoor extends SimpleChannelInboundHandler<FullHttpRequest> {

  private static final Logger LOG = LoggerFactory.getLogger(StreamDoor.class);

  private static final String VERSIONS = "X-Stream-Protocol-Version";
  private static final String ACCEPTED = "X-Accepted-Stream-Protocol-Versions";
  private static final String SPDY = "SPDY/3.1";

  /** Longest message of a client; those of Kubernetes send 32 KiB. */
  private static final int LONGEST_MESSAGE = 1 << 20;

  private static final int LONGEST_DATA = 64 << 10;
  private static final int LONGEST_HEADERS = 16 << 10;

  private final Tokens tokens;
  private final StreamCounts counts;
  private final StreamTargets targets;
  private final StreamSettings settings;

  StreamDoor(Tokens tokens, StreamCounts counts, StreamTargets targets, StreamSettings settings) {
    this.tokens = tokens;
    this.counts = counts;
    this.targets = targets;
    this.settings = settings;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest http) {
    String[] path = http.uri().split("[?]", 2)[0].split("/", -1);
    Optional<StreamRequest> request =
        path.length == 3 && path[0].isEmpty() ? tokens.redeem(path[1], path[2]) : Optional.empty();
    if (request.isEmpty()) {
      refuse(
          context,
          HttpResponseStatus.NOT_FOUND,
          "no such stream: its URL was used already, is older than "
              + Tokens.LIFE.toSeconds()
              + " s, or was never given; ask for a new one by Exec, Attach or PortForward");
    } else if (!http.method().equals(HttpMethod.GET) && !http.method().equals(HttpMethod.POST)) {
      refuse(context, HttpResponseStatus.METHOD_NOT_ALLOWED, "give GET or POST");
    } else if (!counts.take(request.get())) {
      refuse(
          context,
          HttpResponseStatus.TOO_MANY_REQUESTS,
          StreamCounts.refusal(request.get()).advice());
    } else {
      context.channel().closeFuture().addListener(closed -> counts.give(request.get()));
      upgrade(context, http, request.get());
    }
  }

  private void upgrade(ChannelHandlerContext context, FullHttpRequest http, StreamRequest request) {
    if (upgrades(http, "websocket")) {
      webSocket(context, http, request);
    } else if (upgrades(http, SPDY)) {
      spdy(context, http, request);
    } else {
      refuse(
          context,
          HttpResponseStatus.BAD_REQUEST,
          "a stream needs an upgrade: give Connection: Upgrade, and Upgrade: SPDY/3.1 or websocket");
    }
  }

  private static boolean upgrades(FullHttpRequest http, String protocol) {
    return http.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
        && http.headers().containsValue(HttpHeaderNames.UPGRADE, protocol, true);
  }

  private static List<String> offered(FullHttpRequest http, CharSequence header) {
    return http.headers().getAll(header).stream()
        .flatMap(value -> Arrays.stream(value.split(",")))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .toList();
  }

  // SPDY.

  private void spdy(ChannelHandlerContext context, FullHttpRequest http, StreamRequest request) {
    List<String> offered = offered(http, VERSIONS);
    Line line = new Line(context.channel());
    if (request instanceof StreamRequest.Forward forward) {
      if (!offered.isEmpty() && !offered.contains(Protocol.FORWARD)) {
        refuseVersions(context, List.of(Protocol.FORWARD), offered);
        return;
      }
      switchToSpdy(context, Protocol.FORWARD, line, forwardStreams(forward, line));
      return;
    }
    Optional<Protocol> protocol = Protocol.spdy(offered);
    if (protocol.isEmpty()) {
      refuseVersions(context, Protocol.spdyNames(), offered);
      return;
    }
    SpdyCommand gathering =
        new SpdyCommand(
            line,
            kinds(request, protocol.get()),
            protocol.get().form(),
            streams -> start(request, streams));
    limit(line, gathering);
    switchToSpdy(
        context,
        offered.isEmpty() ? "" : protocol.get().name(),
        line,
        new SpdyStreams(line, gathering));
  }

  private static Set<SpdyCommand.Kind> kinds(StreamRequest request, Protocol protocol) {
    Set<SpdyCommand.Kind> kinds = EnumSet.of(SpdyCommand.Kind.ERROR);
    if (request.stdin()) {
      kinds.add(SpdyCommand.Kind.STDIN);
    }
    if (request.stdout()) {
      kinds.add(SpdyCommand.Kind.STDOUT);
    }
    if (request.stderr()) {
      kinds.add(SpdyCommand.Kind.STDERR);
    }
    if (request.tty() && protocol.resize()) {
      kinds.add(SpdyCommand.Kind.RESIZE);
    }
    return kinds;
  }

  private void limit(Line line, SpdyCommand gathering) {
    var limit =
        line.channel()
            .eventLoop()
            .schedule(
                () -> {
                  if (!gathering.isComplete()) {
                    LOG.info("stream closed: not all streams came within {}", settings.creation());
                    line.drop();
                  }
                },
                settings.creation().toMillis(),
                MILLISECONDS);
    line.channel().closeFuture().addListener(closed -> limit.cancel(false));
  }

  private SpdyStreams forwardStreams(StreamRequest.Forward forward, Line line) {
    ForwardStreams pairs = new ForwardStreams(forward, targets, line, settings.creation());
    SpdyStreams streams = new SpdyStreams(line, pairs);
    pairs.of(streams);
    return streams;
  }

  private void switchToSpdy(
      ChannelHandlerContext context, String version, Line line, SpdyStreams streams) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
    response.headers().set(HttpHeaderNames.UPGRADE, SPDY);
    if (!version.isEmpty()) {
      response.headers().set(VERSIONS, version);
    }
    var _ = context.writeAndFlush(response);
    ChannelPipeline pipeline = context.pipeline();
    pipeline.addLast(spdyCodec(), streams, line);
    pipeline.remove(this);
    pipeline.remove(HttpObjectAggregator.class);
    // What the client has sent already goes from here to the new codec.
    pipeline.remove(HttpServerCodec.class);
    becomeIdleSlowly(pipeline);
  }

  private static SpdyFrameCodec spdyCodec() {
    return new SpdyFrameCodec(SpdyVersion.SPDY_3_1, LONGEST_DATA, LONGEST_HEADERS, 0, 15, 8, true);
  }

  private void becomeIdleSlowly(ChannelPipeline pipeline) {
    pipeline.addFirst(new IdleStateHandler(0, 0, settings.idle().toMillis(), MILLISECONDS));
  }

  // WebSocket.

  private void webSocket(
      ChannelHandlerContext context, FullHttpRequest http, StreamRequest request) {
    List<String> offered = offered(http, HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
    Line line = new Line(context.channel());
    if (request instanceof StreamRequest.Forward forward && offered.contains(Protocol.TUNNEL)) {
      shakeHands(
          context,
          http,
          Protocol.TUNNEL,
          new WebSocketTunnel(line),
          spdyCodec(),
          forwardStreams(forward, line),
          line);
      return;
    }
    Optional<Protocol> protocol = Protocol.webSocket(offered);
    if (protocol.isEmpty()) {
      refuse(
          context,
          HttpResponseStatus.FORBIDDEN,
          "none of the subprotocols "
              + offered
              + " is spoken here; there is "
              + (request instanceof StreamRequest.Forward ? Protocol.TUNNEL + ", " : "")
              + String.join(", ", Protocol.webSocketNames()));
      return;
    }
    if (request instanceof StreamRequest.Forward forward && forward.ports().isEmpty()) {
      refuse(
          context,
          HttpResponseStatus.BAD_REQUEST,
          "no ports: name them in PortForward, or offer the subprotocol " + Protocol.TUNNEL);
      return;
    }
    if (request instanceof StreamRequest.Forward forward
        && forward.ports().size() > WebSocketForward.MOST) {
      refuse(
          context,
          HttpResponseStatus.BAD_REQUEST,
          "%d ports are too many for one connection, whose streams have numbers of one byte: %s"
              .formatted(
                  forward.ports().size(),
                  "name at most "
                      + WebSocketForward.MOST
                      + " in PortForward, or offer the subprotocol "
                      + Protocol.TUNNEL));
      return;
    }
    line.lastWords(() -> new CloseWebSocketFrame(1000, ""));
    WebSocketChannels channels = new WebSocketChannels(line, protocol.get());
    Runnable work = work(request, line, channels, protocol.get());
    String name = offered.isEmpty() ? "" : protocol.get().name();
    if (shakeHands(context, http, name, channels, line)) {
      work.run();
    }
  }

  private Runnable work(
      StreamRequest request, Line line, WebSocketChannels channels, Protocol protocol) {
    if (request instanceof StreamRequest.Forward forward) {
      return new WebSocketForward(forward, targets, line, channels)::start;
    }
    CommandStreams streams =
        new CommandStreams(
            line,
            request.stdin() ? channels.inlet(WebSocketChannels.STDIN) : null,
            request.tty() ? channels.inlet(WebSocketChannels.RESIZE) : null,
            request.stdout() ? channels.outlet(WebSocketChannels.STDOUT) : null,
            request.stderr() ? channels.outlet(WebSocketChannels.STDERR) : null,
            channels.outlet(WebSocketChannels.ERROR),
            protocol.form());
    return () -> start(request, streams);
  }

  /**
   * Answers, and lets others take over.
   *
   * @param name of the subprotocol, or empty for none
   * @return false when the request was none that can be answered, which the client has been told
   */
  private boolean shakeHands(
      ChannelHandlerContext context,
      FullHttpRequest http,
      String name,
      ChannelHandler... successors) {
    WebSocketServerHandshaker handshaker =
        new WebSocketServerHandshakerFactory(
                "", name.isEmpty() ? null : name, false, LONGEST_MESSAGE)
            .newHandshaker(http);
    if (handshaker == null) {
      var _ =
          WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(context.channel())
              .addListener(ChannelFutureListener.CLOSE);
      return false;
    }
    ChannelPipeline pipeline = context.pipeline();
    pipeline.remove(this);
    becomeIdleSlowly(pipeline);
    handshaker
        .handshake(pipeline.channel(), http)
        .addListener(shaken -> {
          if (!shaken.isSuccess()) {
            LOG.info("stream refused: {}", String.valueOf(shaken.cause()));
            var _ = pipeline.channel().close();
          }
        });
    // Only now: the answer is HTTP, which they would not let through.
    pipeline.addLast(successors);
    return true;
  }

  // Both.

  private void start(StreamRequest request, CommandStreams streams) {
    CommandSession session = new CommandSession(request, targets, streams);
    Thread.ofVirtual().name(request.kind()).start(session::run);
  }

  private static void refuseVersions(
      ChannelHandlerContext context, List<String> accepted, List<String> offered) {
    FullHttpResponse response =
        answer(
            HttpResponseStatus.FORBIDDEN,
            "none of the stream protocols "
                + offered
                + " is spoken here; there is "
                + String.join(", ", accepted));
    accepted.forEach(name -> response.headers().add(ACCEPTED, name));
    var _ = context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  private static void refuse(ChannelHandlerContext context, HttpResponseStatus status, String why) {
    var _ = context.writeAndFlush(answer(status, why)).addListener(ChannelFutureListener.CLOSE);
  }

  private static FullHttpResponse answer(HttpResponseStatus status, String why) {
    byte[] text = (why + "\n").getBytes(StandardCharsets.UTF_8);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(ByteBuffer.wrap(text)));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, text.length);
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    return response;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.info("stream refused: {}", cause.toString());
    var _ = context.close();
  }
}
