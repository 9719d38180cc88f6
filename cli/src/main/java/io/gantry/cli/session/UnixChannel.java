package io.gantry.cli.session;

import io.grpc.ManagedChannel;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A gRPC channel over a unix socket. The JDK's own sockets are used rather than Netty's epoll
 * library: for one connection they are as fast, and nothing has to be unpacked into a temporary
 * directory at every start.
 */
public final class UnixChannel implements AutoCloseable {
  // Two streams of 16 MiB is the most an answer can hold: what ExecSync returns.
  private static final int LARGEST_ANSWER = 40 * 1024 * 1024;

  /** Held, because the log framework forgets the level of a logger that nobody holds. */
  private static final Logger NETTY = Logger.getLogger("io.netty");

  static {
    // gRPC sets SO_KEEPALIVE on every socket and Netty warns that unix sockets have no such thing.
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    NETTY.setLevel(Level.SEVERE);
  }

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("gantry-rpc", true), NioIoHandler.newFactory());

  private final ManagedChannel channel;

  /** A channel to the endpoint. It connects at the first call. */
  public UnixChannel(Endpoint endpoint) {
    channel =
        NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(endpoint.socket()))
            .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
            .eventLoopGroup(loop)
            .negotiationType(NegotiationType.PLAINTEXT)
            .overrideAuthority("localhost")
            .maxInboundMessageSize(LARGEST_ANSWER)
            .directExecutor()
            .build();
  }

  ManagedChannel channel() {
    return channel;
  }

  /**
   * Ends the thread too: the JVM gives one that waits in the kernel 300 ms at its exit, which is
   * more than all else together (VM_Exit::wait_for_threads_in_native_to_block in HotSpot).
   */
  @Override
  public void close() {
    channel.shutdownNow();
    var _ =
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
  }
}
