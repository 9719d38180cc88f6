package io.gantry.rpc;

import io.gantry.api.gantry.v1.CheckImagesRequest;
import io.gantry.api.gantry.v1.CheckImagesResponse;
import io.gantry.api.gantry.v1.CommitContainerProgress;
import io.gantry.api.gantry.v1.CommitContainerRequest;
import io.gantry.api.gantry.v1.CommitContainerResponse;
import io.gantry.api.gantry.v1.ImageWorkGrpc.ImageWorkImplBase;
import io.gantry.api.gantry.v1.ImportImageProgress;
import io.gantry.api.gantry.v1.ImportImageRequest;
import io.gantry.api.gantry.v1.ImportImageResponse;
import io.gantry.api.gantry.v1.PullImageRequest;
import io.gantry.api.gantry.v1.PullImageResponse;
import io.gantry.api.gantry.v1.PushImageProgress;
import io.gantry.api.gantry.v1.PushImageRequest;
import io.gantry.api.gantry.v1.PushImageResponse;
import io.gantry.image.RunningPull;
import io.gantry.image.error.ImageException;
import io.gantry.image.progress.Progress;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.UncheckedIOException;

/** gantry.v1 ImageWork: a call answers while its work goes on, on the call's own thread. */
final class ImageWorkRpc extends ImageWorkImplBase {

  private static final String CHECK = "gantry.v1.ImageWork/CheckImages";

  private final ImageCalls images;
  private final OwnImageCalls own;
  private final CommitCalls commits;
  private final LongCalls longCalls;

  ImageWorkRpc(ImageCalls images, OwnImageCalls own, CommitCalls commits, LongCalls longCalls) {
    this.images = images;
    this.own = own;
    this.commits = commits;
    this.longCalls = longCalls;
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
      new ProgressFeed<>(
              pull.progress(),
              call,
              layers -> PullImageResponse.newBuilder().addAllLayers(layers).build())
          .run();
      return pull.await().id().toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ImageException.Cancelled("pull", "the client hung up");
    }
  }

  @Override
  public void pushImage(PushImageRequest request, StreamObserver<PushImageProgress> observer) {
    ServerCallStreamObserver<PushImageProgress> call =
        (ServerCallStreamObserver<PushImageProgress>) observer;
    Progress progress = new Progress();
    ProgressFeed<PushImageProgress> feed =
        new ProgressFeed<>(
            progress, call, layers -> PushImageProgress.newBuilder().addAllLayers(layers).build());
    longCalls.start(
        "gantry.v1.ImageWork/PushImage",
        call,
        () -> {
          PushImageResponse pushed = feed.during(() -> own.push(request, progress));
          call.onNext(PushImageProgress.newBuilder().setPushed(pushed).build());
        });
  }

  @Override
  public void commitContainer(
      CommitContainerRequest request, StreamObserver<CommitContainerProgress> observer) {
    ServerCallStreamObserver<CommitContainerProgress> call =
        (ServerCallStreamObserver<CommitContainerProgress>) observer;
    Progress progress = new Progress();
    ProgressFeed<CommitContainerProgress> feed =
        new ProgressFeed<>(
            progress,
            call,
            layers -> CommitContainerProgress.newBuilder().addAllLayers(layers).build());
    longCalls.start(
        "gantry.v1.ImageWork/CommitContainer",
        call,
        () -> {
          CommitContainerResponse committed = feed.during(() -> commits.commit(request, progress));
          call.onNext(CommitContainerProgress.newBuilder().setCommitted(committed).build());
        });
  }

  @Override
  public StreamObserver<ImportImageRequest> importImage(
      StreamObserver<ImportImageProgress> observer) {
    ServerCallStreamObserver<ImportImageProgress> call =
        (ServerCallStreamObserver<ImportImageProgress>) observer;
    Progress progress = new Progress();
    ProgressFeed<ImportImageProgress> feed =
        new ProgressFeed<>(
            progress,
            call,
            layers -> ImportImageProgress.newBuilder().addAllLayers(layers).build());
    return ImportStream.open(
        "gantry.v1.ImageWork/ImportImage",
        call,
        (options, archive) -> {
          ImportImageResponse imported =
              feed.during(() -> images.importArchive(options, archive, progress));
          call.onNext(ImportImageProgress.newBuilder().setImported(imported).build());
        });
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
