package io.gantry.conformance.cri;

import io.gantry.api.cri.v1.ImageServiceGrpc;
import io.gantry.api.cri.v1.ImageServiceGrpc.ImageServiceBlockingStub;
import io.gantry.api.cri.v1.RuntimeServiceGrpc;
import io.gantry.api.cri.v1.RuntimeServiceGrpc.RuntimeServiceBlockingStub;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A connection to a CRI runtime. Safe for use by many threads. */
public final class CriClient implements AutoCloseable {

  /** Long enough for a starved machine, short enough to fail a test before its suite is stopped. */
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private static final int LARGEST_MESSAGE = 64 << 20;

  /** Warns at each connection that a unix socket has no keep-alive. Held, lest it be forgotten. */
  private static final Logger CHATTER = Logger.getLogger("io.netty.bootstrap");

  static {
    CHATTER.setLevel(Level.SEVERE);
  }

  private final EventLoopGroup loop;
  private final ManagedChannel channel;

  private CriClient(EventLoopGroup loop, ManagedChannel channel) {
    this.loop = loop;
    this.channel = channel;
  }

  /**
   * A client of the runtime behind a unix socket. Connects with the first call.
   *
   * @param endpoint a path, with or without {@code unix://} before it
   */
  public static CriClient of(String endpoint) {
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    Path socket = Path.of(endpoint.replaceFirst("^unix://", ""));
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
            .eventLoopGroup(loop)
            .channelType(EpollDomainSocketChannel.class)
            .overrideAuthority("localhost")
            .usePlaintext()
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .build();
    return new CriClient(loop, channel);
  }

  public RuntimeServiceBlockingStub runtime() {
    return RuntimeServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
  }

  public ImageServiceBlockingStub images() {
    return ImageServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** To be called when the runtime came back: forgets how often connecting failed. */
  public void reconnect() {
    channel.resetConnectBackoff();
  }

  /** For services beyond CRI. */
  public ManagedChannel channel() {
    return channel;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
