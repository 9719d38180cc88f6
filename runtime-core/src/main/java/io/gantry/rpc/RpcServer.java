package io.gantry.rpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A gRPC server on a unix socket. One native thread moves bytes; each call runs on a virtual thread
 * of its own and may block.
 */
public final class RpcServer implements AutoCloseable {

  /** What kubelet takes in one message. */
  static final int LARGEST_MESSAGE = 16 << 20;

  private static final Duration LAST_WORDS = Duration.ofSeconds(5);

  private final Server server;
  private final UnixSocketFile socket;
  private final EventLoopGroup loop;
  private final ExecutorService calls;
  private final Runnable endless;

  private RpcServer(
      Server server,
      UnixSocketFile socket,
      EventLoopGroup loop,
      ExecutorService calls,
      Runnable endless) {
    this.server = server;
    this.socket = socket;
    this.loop = loop;
    this.calls = calls;
    this.endless = endless;
  }

  /**
   * Serves until {@link #close}. A socket file that nobody answers on is replaced.
   *
   * @param mode who may connect: owner and group, as the file's permissions
   * @throws io.gantry.error.AlreadyExistsException when somebody serves there already
   */
  public static RpcServer start(Path path, Set<PosixFilePermission> mode, Edge edge)
      throws IOException {
    return start(path, mode, edge.services(), edge.observer(), edge.events()::close);
  }

  static RpcServer start(Path path, Set<PosixFilePermission> mode, List<BindableService> services)
      throws IOException {
    return start(path, mode, services, RpcObserver.NONE, () -> {});
  }

  /**
   * As the public one.
   *
   * @param endless ends the calls that have no end of their own, when the server stops
   */
  private static RpcServer start(
      Path path,
      Set<PosixFilePermission> mode,
      List<BindableService> services,
      RpcObserver observer,
      Runnable endless)
      throws IOException {
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("rpc-io", true), EpollIoHandler.newFactory());
    ExecutorService calls =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("rpc-", 0).factory());
    UnixSocketFile socket = new UnixSocketFile(path, mode);
    try {
      Server[] started = new Server[1];
      socket.publish(staged -> started[0] = build(staged, loop, calls, services, observer).start());
      return new RpcServer(started[0], socket, loop, calls, endless);
    } catch (IOException | RuntimeException e) {
      calls.shutdown();
      end(loop);
      throw e;
    }
  }

  private static Server build(
      Path path,
      EventLoopGroup loop,
      ExecutorService calls,
      List<BindableService> services,
      RpcObserver observer) {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new DomainSocketAddress(path.toString()))
            .channelType(EpollServerDomainSocketChannel.class)
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .executor(calls)
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .permitKeepAliveTime(10, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .intercept(new FailureReports());
    if (!observer.equals(RpcObserver.NONE)) {
      // The last one is the outermost: it sees what the others make of a failure.
      builder.intercept(new CallMeter(observer));
    }
    services.forEach(builder::addService);
    return builder.build();
  }

  /** Takes no new calls, gives those in flight some seconds to end, then cuts them off. */
  @Override
  public void close() {
    server.shutdown();
    endless.run();
    try {
      if (!server.awaitTermination(LAST_WORDS.toSeconds(), TimeUnit.SECONDS)) {
        server.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    calls.shutdownNow();
    end(loop);
    try {
      socket.retract();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void end(EventLoopGroup loop) {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
  }
}
