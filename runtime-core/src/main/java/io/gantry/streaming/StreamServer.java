package io.gantry.streaming;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.gantry.error.Subject;
import io.gantry.error.UnavailableException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves streams over HTTP. It listens from the first stream on that is asked for: a node nobody
 * looks into has neither its port nor its memory. Safe for use by many threads.
 */
public final class StreamServer implements StreamUrls, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StreamServer.class);

  private static final int LARGEST_REQUEST = 8 << 10;

  /** What waits for a client that does not read, before those who write to it wait. */
  private static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(64 << 10, 128 << 10);

  /** Connections at a time: each costs a descriptor, and up to half a megabyte when it is slow. */
  private static final int MOST = 1024;

  private final StreamSettings settings;
  private final StreamTargets targets;
  private final int most;
  private final Tokens tokens = new Tokens(System::nanoTime);
  private final StreamCounts counts = new StreamCounts();
  private @Nullable Listening listening;
  private boolean closed;

  private record Listening(EventLoopGroup loop, Channel channel, ChannelGroup lines) {}

  public StreamServer(StreamSettings settings, StreamTargets targets) {
    this(settings, targets, MOST);
  }

  /**
   * As the other, with a limit of its own.
   *
   * @param most connections at a time
   */
  StreamServer(StreamSettings settings, StreamTargets targets, int most) {
    this.settings = settings;
    this.targets = targets;
    this.most = most;
  }

  @Override
  public String urlFor(StreamRequest request) {
    counts.check(request);
    InetSocketAddress address = (InetSocketAddress) listening().channel().localAddress();
    String host = settings.address();
    return "%s://%s:%d/%s/%s"
        .formatted(
            settings.tls() == null ? "http" : "https",
            host.contains(":") ? "[" + host + "]" : host,
            address.getPort(),
            request.kind(),
            tokens.promise(request));
  }

  private synchronized Listening listening() {
    if (closed) {
      throw unavailable("the daemon is stopping", null);
    }
    Listening now = listening;
    if (now == null) {
      now = listen();
      listening = now;
    }
    return now;
  }

  private Listening listen() {
    SslContext tls;
    try {
      tls = settings.tls() == null ? null : StreamTls.context(settings.tls(), settings.address());
    } catch (IOException e) {
      throw unavailable(String.valueOf(e.getMessage()), e);
    }
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("stream-io", true), EpollIoHandler.newFactory());
    ChannelGroup lines = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop)
            .channel(EpollServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    if (lines.size() >= most) {
                      LOG.info("stream refused: there are {} connections already", most);
                      var _ = channel.close();
                      return;
                    }
                    lines.add(channel);
                    open(channel, tls);
                  }
                })
            .bind(new InetSocketAddress(settings.address(), settings.port()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      end(loop);
      throw unavailable(
          "listening on " + settings.address() + " port " + settings.port() + ": " + bound.cause(),
          bound.cause());
    }
    LOG.atInfo().addKeyValue("address", bound.channel().localAddress()).log("streams are served");
    return new Listening(loop, bound.channel(), lines);
  }

  private void open(SocketChannel channel, @Nullable SslContext tls) {
    if (tls != null) {
      channel.pipeline().addLast(tls.newHandler(channel.alloc()));
    }
    StreamDoor door = new StreamDoor(tokens, counts, targets, settings);
    channel
        .pipeline()
        .addLast(new HttpServerCodec(), new HttpObjectAggregator(LARGEST_REQUEST), door);
    var limit =
        channel
            .eventLoop()
            .schedule(() -> expire(channel, door), settings.creation().toMillis(), MILLISECONDS);
    channel.closeFuture().addListener(closed -> limit.cancel(false));
  }

  /** Whoever sends its request a byte at a time is not waited for either. */
  private void expire(SocketChannel channel, StreamDoor door) {
    if (channel.pipeline().context(door) != null) {
      LOG.info("stream refused: no whole request came within {}", settings.creation());
      var _ = channel.close();
    }
  }

  private static UnavailableException unavailable(String why, @Nullable Throwable cause) {
    return new UnavailableException(
        new Subject("streams", "server"),
        "streams cannot be served: " + why,
        "see [streaming] in the configuration",
        cause);
  }

  /** Ends all streams; what was executed by them is hung up. */
  @Override
  public void close() {
    Listening now;
    synchronized (this) {
      closed = true;
      now = listening;
      listening = null;
    }
    if (now != null) {
      now.channel().close().awaitUninterruptibly();
      now.lines().close().awaitUninterruptibly();
      end(now.loop());
    }
  }

  private static void end(EventLoopGroup loop) {
    loop.shutdownGracefully(0, 1, SECONDS).awaitUninterruptibly(1, SECONDS);
  }
}
