package io.gantry.cli.session;

import io.grpc.ManagedChannel;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.net.UnixDomainSocketAddress;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Opens gRPC channels over unix sockets. The JDK's own sockets are used rather than Netty's epoll
 * library: for one connection they are as fast, and nothing has to be unpacked into a temporary
 * directory at every start.
 */
public final class UnixChannel {
  // Two streams of 16 MiB is the most an answer can hold: what ExecSync returns.
  private static final int LARGEST_ANSWER = 40 * 1024 * 1024;

  /** Held, because the log framework forgets the level of a logger that nobody holds. */
  private static final Logger NETTY = Logger.getLogger("io.netty");

  static {
    // gRPC sets SO_KEEPALIVE on every socket and Netty warns that unix sockets have no such thing.
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    NETTY.setLevel(Level.SEVERE);
  }

  private UnixChannel() {}

  /** A channel to the endpoint. It connects at the first call. */
  public static ManagedChannel open(Endpoint endpoint) {
    var threads = new DefaultThreadFactory("gantry-rpc", true);
    return NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(endpoint.socket()))
        .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
        .eventLoopGroup(new MultiThreadIoEventLoopGroup(1, threads, NioIoHandler.newFactory()))
        .negotiationType(NegotiationType.PLAINTEXT)
        .overrideAuthority("localhost")
        .maxInboundMessageSize(LARGEST_ANSWER)
        .directExecutor()
        .build();
  }
}
