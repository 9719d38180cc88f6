package io.gantry.cli;

import io.gantry.api.gantry.v1.CheckImagesRequest;
import io.gantry.api.gantry.v1.CheckImagesResponse;
import io.gantry.api.gantry.v1.CommitContainerProgress;
import io.gantry.api.gantry.v1.CommitContainerRequest;
import io.gantry.api.gantry.v1.CommitContainerResponse;
import io.gantry.api.gantry.v1.ImageWorkGrpc.ImageWorkImplBase;
import io.gantry.api.gantry.v1.ImportImageProgress;
import io.gantry.api.gantry.v1.ImportImageRequest;
import io.gantry.api.gantry.v1.ImportImageResponse;
import io.gantry.api.gantry.v1.LayerState;
import io.gantry.api.gantry.v1.PullImageRequest;
import io.gantry.api.gantry.v1.PullImageResponse;
import io.gantry.api.gantry.v1.PushImageProgress;
import io.gantry.api.gantry.v1.PushImageRequest;
import io.gantry.api.gantry.v1.PushImageResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;

/**
 * Work of a {@link FakeNode} that tells how far it is: pulls of {@code watched}, pushes, commits,
 * imports of anything, unless the test wants it to refuse, and checks.
 */
final class FakeImageWork extends ImageWorkImplBase {
  private static final LayerState LAYER =
      LayerState.newBuilder()
          .setDigest("sha256:" + "4".repeat(64))
          .setSize(5000)
          .setStage(LayerState.Stage.DONE)
          .build();

  private final FakeNode node;

  FakeImageWork(FakeNode node) {
    this.node = node;
  }

  @Override
  public void pullImage(PullImageRequest request, StreamObserver<PullImageResponse> observer) {
    var name = request.getPull().getImage().getImage();
    if (!name.contains("watched")) {
      observer.onError(Status.UNIMPLEMENTED.asRuntimeException());
      return;
    }
    observer.onNext(PullImageResponse.newBuilder().addLayers(LAYER).build());
    observer.onNext(PullImageResponse.newBuilder().setImageRef("sha256:watched").build());
    observer.onCompleted();
  }

  @Override
  public void pushImage(PushImageRequest request, StreamObserver<PushImageProgress> observer) {
    var answer = PushImageResponse.newBuilder().setLayersSent(2).setLayersPresent(1);
    answer
        .getImageBuilder()
        .setId("sha256:" + "6".repeat(64))
        .setManifestDigest("sha256:" + "7".repeat(64))
        .addReferences(
            request.getDestination().isEmpty() ? request.getImage() : request.getDestination())
        .setRepacked(!request.getDestination().isEmpty());
    Answer.to(
        observer,
        () -> {
          node.enter("PushImage", request);
          observer.onNext(PushImageProgress.newBuilder().addLayers(LAYER).build());
          return PushImageProgress.newBuilder().setPushed(answer).build();
        });
  }

  @Override
  public void commitContainer(
      CommitContainerRequest request, StreamObserver<CommitContainerProgress> observer) {
    var answer = CommitContainerResponse.newBuilder();
    answer.getImageBuilder().setId("sha256:" + "8".repeat(64));
    if (!request.getReference().isEmpty()) {
      answer.getImageBuilder().addReferences(request.getReference());
    }
    Answer.to(
        observer,
        () -> {
          node.enter("CommitContainer", request);
          observer.onNext(CommitContainerProgress.newBuilder().addLayers(LAYER).build());
          return CommitContainerProgress.newBuilder().setCommitted(answer).build();
        });
  }

  @Override
  public StreamObserver<ImportImageRequest> importImage(
      StreamObserver<ImportImageProgress> observer) {
    return new StreamObserver<>() {
      private boolean over;

      @Override
      public void onNext(ImportImageRequest part) {
        node.upload.add(part);
        try {
          node.check("ImportImage");
        } catch (StatusRuntimeException e) {
          if (!over) {
            over = true;
            observer.onError(e);
          }
        }
      }

      @Override
      public void onError(Throwable cause) {
        over = true;
      }

      @Override
      public void onCompleted() {
        var answer = ImportImageResponse.newBuilder();
        answer
            .addImagesBuilder()
            .setId("sha256:" + "3".repeat(64))
            .addReferences("docker.io/library/busybox:latest");
        observer.onNext(ImportImageProgress.newBuilder().addLayers(LAYER).build());
        Answer.to(observer, () -> ImportImageProgress.newBuilder().setImported(answer).build());
      }
    };
  }

  @Override
  public void checkImages(
      CheckImagesRequest request, StreamObserver<CheckImagesResponse> observer) {
    try {
      node.enter("CheckImages", request);
    } catch (StatusRuntimeException e) {
      observer.onError(e);
      return;
    }
    node.look.forEach(observer::onNext);
    observer.onCompleted();
  }
}
