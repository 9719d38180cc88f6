package io.gantry.cli;

import io.gantry.api.gantry.v1.ImagesGrpc.ImagesImplBase;
import io.gantry.api.gantry.v1.ImportImageRequest;
import io.gantry.api.gantry.v1.ImportImageResponse;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;

/** Image import of a {@link FakeNode}: takes anything, unless the test wants it to refuse. */
final class FakeArchives extends ImagesImplBase {
  private final FakeNode node;

  FakeArchives(FakeNode node) {
    this.node = node;
  }

  @Override
  public StreamObserver<ImportImageRequest> importImage(
      StreamObserver<ImportImageResponse> observer) {
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
        Answer.to(observer, answer::build);
      }
    };
  }
}
