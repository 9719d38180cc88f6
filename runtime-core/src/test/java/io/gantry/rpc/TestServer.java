package io.gantry.rpc;

import io.gantry.container.Container;
import io.gantry.event.LifeEvents;
import io.gantry.pod.Pod;
import io.gantry.state.RecordFiles;
import io.gantry.state.Table;
import io.gantry.streaming.StreamRequest;
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
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
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

  final Table<Pod> podTable;
  final Table<Container> containerTable;
  final CallLog calls = new CallLog();

  TestServer(Path directory) throws IOException {
    podTable =
        new Table<>(
            "pod",
            pod -> pod.id().value(),
            new RecordFiles<>(directory.resolve("pods"), "pod", Pod.class));
    containerTable =
        new Table<>(
            "container",
            container -> container.id().value(),
            new RecordFiles<>(directory.resolve("containers"), "container", Container.class));
    socket = directory.resolve("s.sock");
    Edge edge =
        new Edge(
            pods,
            containers,
            images,
            node,
            new FakeDetails(),
            new FakeStats(pods, containers),
            request -> "http://127.0.0.1:1/" + request.kind() + "/" + promised(request),
            new LifeEvents(podTable, containerTable, Clock.systemUTC()),
            calls);
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

  final List<StreamRequest> promised = new ArrayList<>();

  private int promised(StreamRequest request) {
    promised.add(request);
    return promised.size();
  }

  /** As the daemon does when it ends. */
  void stopServing() {
    server.close();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    server.close();
  }
}
