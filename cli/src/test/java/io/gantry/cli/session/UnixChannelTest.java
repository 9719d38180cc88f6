package io.gantry.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.RuntimeServiceGrpc.RuntimeServiceImplBase;
import io.gantry.api.cri.v1.VersionRequest;
import io.gantry.api.cri.v1.VersionResponse;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixChannelTest {
  @TempDir private Path directory;

  private static final class Greeter extends RuntimeServiceImplBase {
    @Override
    public void version(VersionRequest request, StreamObserver<VersionResponse> observer) {
      observer.onNext(VersionResponse.newBuilder().setRuntimeName("real socket").build());
      observer.onCompleted();
    }
  }

  private Endpoint endpoint() {
    return new Endpoint(directory.resolve("s.sock"));
  }

  @Test
  void callsGoOverTheSocket() throws IOException {
    var threads = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    var server =
        NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(endpoint().socket()))
            .channelType(NioServerDomainSocketChannel.class)
            .bossEventLoopGroup(threads)
            .workerEventLoopGroup(threads)
            .addService(new Greeter())
            .build()
            .start();
    try (var connection = Connection.over(new UnixChannel(endpoint()), null)) {
      var answer = connection.runtime().version(VersionRequest.getDefaultInstance());
      assertThat(answer.getRuntimeName()).isEqualTo("real socket");
    } finally {
      server.shutdownNow();
      threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  @Test
  void missingSocketIsToldWithItsPathAndTheWayOut() {
    assertThat(complaint())
        .isEqualTo(
            "no daemon on "
                + endpoint()
                + ": no such socket; start gantryd as root, or name its socket with --host");
  }

  @Test
  void socketThatNobodyListensOnIsToldApart() throws IOException {
    try (var abandoned = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      abandoned.bind(UnixDomainSocketAddress.of(endpoint().socket()));
    }
    assertThat(complaint())
        .isEqualTo(
            "no daemon on "
                + endpoint()
                + ": the socket is there but nobody listens; start gantryd as root");
  }

  private String complaint() {
    try (var connection = Connection.over(new UnixChannel(endpoint()), null)) {
      return "answered " + connection.runtime().version(VersionRequest.getDefaultInstance());
    } catch (StatusRuntimeException e) {
      return new RpcComplaint(endpoint()).of(e);
    }
  }
}
