package io.gantry.rpc;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;

/** The real server on a socket of its own, with a client as kubelet is one. */
final class TestServer implements AutoCloseable {

  final FakePods pods = new FakePods();
  final FakeContainers containers = new FakeContainers();
  final FakeImages images = new FakeImages();
  final FakeNode node = new FakeNode();
  final Path socket;
  final ManagedChannel channel;
  private final RpcServer server;
  private final EventLoopGroup loop;

  TestServer(Path directory) throws IOException {
    socket = directory.resolve("s.sock");
    Edge edge = new Edge(pods, containers, images, node, new FakeDetails());
    server = RpcServer.start(socket, PosixFilePermissions.fromString("rw-rw----"), edge);
    loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    channel =
        NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toString()))
            .channelType(EpollDomainSocketChannel.class)
            .eventLoopGroup(loop)
            .overrideAuthority("localhost")
            .maxInboundMessageSize(16 << 20)
            .usePlaintext()
            .build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    server.close();
  }
}
