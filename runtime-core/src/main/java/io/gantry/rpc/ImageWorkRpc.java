package io.gantry.rpc;

import io.gantry.api.gantry.v1.CheckImagesRequest;
import io.gantry.api.gantry.v1.CheckImagesResponse;
import io.gantry.api.gantry.v1.ImageWorkGrpc.ImageWorkImplBase;
import io.gantry.api.gantry.v1.PullImageRequest;
import io.gantry.api.gantry.v1.PullImageResponse;
import io.gantry.image.RunningPull;
import io.gantry.image.error.ImageException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.UncheckedIOException;

/** gantry.v1 ImageWork: a call answers while its work goes on, on the call's own thread. */
final class ImageWorkRpc extends ImageWorkImplBase {

  /** Between two messages; who looks at a bar sees no more. */
  private static final int PAUSE_MILLIS = 100;

  private static final String CHECK = "gantry.v1.ImageWork/CheckImages";

  private final ImageCalls images;

  ImageWorkRpc(ImageCalls images) {
    this.images = images;
  }

  @Override
  public void pullImage(PullImageRequest request, StreamObserver<PullImageResponse> observer) {
    ServerCallStreamObserver<PullImageResponse> call =
        (ServerCallStreamObserver<PullImageResponse>) observer;
    try {
      String image = Cancellable.run(() -> pull(request, call));
      call.onNext(PullImageResponse.newBuilder().setImageRef(image).build());
      call.onCompleted();
    } catch (ImageException e) {
      // The generated method has no throws clause; Failures looks inside.
      throw new UncheckedIOException(e);
    }
  }

  private String pull(PullImageRequest request, ServerCallStreamObserver<PullImageResponse> call)
      throws ImageException {
    try (RunningPull pull = images.begin(request.getPull())) {
      show(pull, call);
      return pull.await().id().toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ImageException.Cancelled("pull", "the client hung up");
    }
  }

  /** A client that takes nothing misses steps between, never the last state. */
  private static void show(RunningPull pull, ServerCallStreamObserver<PullImageResponse> call)
      throws InterruptedException {
    LayerStates states = new LayerStates(pull.progress());
    long seen = 0;
    do {
      seen = pull.progress().awaitChange(seen);
      if (call.isReady()) {
        states.changes().ifPresent(call::onNext);
      }
    } while (seen >= 0 && !pull.progress().awaitEnd(PAUSE_MILLIS));
    states.changes().ifPresent(call::onNext);
  }

  /** On a platform thread, because it waits natively for the disk most of the time. */
  @Override
  public void checkImages(
      CheckImagesRequest request, StreamObserver<CheckImagesResponse> observer) {
    ServerCallStreamObserver<CheckImagesResponse> call =
        (ServerCallStreamObserver<CheckImagesResponse>) observer;
    Thread worker =
        Thread.ofPlatform()
            .daemon()
            .name("gantry-check")
            .unstarted(() -> {
              try {
                images.check(request, new CheckMessages(call));
                call.onCompleted();
              } catch (ImageException | RuntimeException e) {
                if (!call.isCancelled()) {
                  call.onError(Failures.status(CHECK, e).asRuntimeException());
                }
              }
            });
    call.setOnCancelHandler(worker::interrupt);
    worker.start();
  }
}
