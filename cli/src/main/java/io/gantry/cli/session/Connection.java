package io.gantry.cli.session;

import io.gantry.api.cri.v1.ImageServiceGrpc;
import io.gantry.api.cri.v1.ImageServiceGrpc.ImageServiceBlockingStub;
import io.gantry.api.cri.v1.RuntimeServiceGrpc;
import io.gantry.api.cri.v1.RuntimeServiceGrpc.RuntimeServiceBlockingStub;
import io.gantry.api.gantry.v1.ImageWorkGrpc;
import io.gantry.api.gantry.v1.ImageWorkGrpc.ImageWorkBlockingV2Stub;
import io.gantry.api.gantry.v1.ImagesGrpc;
import io.gantry.api.gantry.v1.ImagesGrpc.ImagesBlockingStub;
import io.gantry.api.gantry.v1.ImagesGrpc.ImagesBlockingV2Stub;
import io.gantry.api.gantry.v1.NetworksGrpc;
import io.gantry.api.gantry.v1.NetworksGrpc.NetworksBlockingStub;
import io.grpc.Channel;
import io.grpc.stub.AbstractStub;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The services of one daemon. Questions are answered from memory and so get a deadline; work takes
 * as long as it takes, unless the user set a limit.
 */
public final class Connection implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Channel channel;
  private final Runnable ending;
  private final @Nullable Duration limit;

  /**
   * @param ending gives up the channel
   * @param limit time for any call, or null for the defaults
   */
  public Connection(Channel channel, Runnable ending, @Nullable Duration limit) {
    this.channel = channel;
    this.ending = ending;
    this.limit = limit;
  }

  /** The services behind a channel, which this closes. */
  public static Connection over(UnixChannel channel, @Nullable Duration limit) {
    return new Connection(channel.channel(), channel::close, limit);
  }

  /** Pods and containers, for questions. */
  public RuntimeServiceBlockingStub runtime() {
    return within(RuntimeServiceGrpc.newBlockingStub(channel), limit == null ? PATIENCE : limit);
  }

  /** Pods and containers, for work. */
  public RuntimeServiceBlockingStub runtimeWork() {
    return within(RuntimeServiceGrpc.newBlockingStub(channel), limit);
  }

  /** Images, for questions. */
  public ImageServiceBlockingStub images() {
    return within(ImageServiceGrpc.newBlockingStub(channel), limit == null ? PATIENCE : limit);
  }

  /** Images, for work. */
  public ImageServiceBlockingStub imageWork() {
    return within(ImageServiceGrpc.newBlockingStub(channel), limit);
  }

  /** What only Gantry offers about images. */
  public ImagesBlockingV2Stub archives() {
    return within(ImagesGrpc.newBlockingV2Stub(channel), limit);
  }

  /** Work on images that tells how far it is, which only Gantry offers. */
  public ImageWorkBlockingV2Stub watchedImageWork() {
    return within(ImageWorkGrpc.newBlockingV2Stub(channel), limit);
  }

  /** What only Gantry offers about images, for questions. */
  public ImagesBlockingStub ownImages() {
    return within(ImagesGrpc.newBlockingStub(channel), limit == null ? PATIENCE : limit);
  }

  /** What only Gantry offers about images, for work. */
  public ImagesBlockingStub ownImageWork() {
    return within(ImagesGrpc.newBlockingStub(channel), limit);
  }

  /** The networks of pods, which only Gantry tells of. */
  public NetworksBlockingStub networks() {
    return within(NetworksGrpc.newBlockingStub(channel), limit == null ? PATIENCE : limit);
  }

  private static <S extends AbstractStub<S>> S within(S stub, @Nullable Duration limit) {
    return limit == null ? stub : stub.withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    ending.run();
  }
}
