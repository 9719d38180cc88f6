package io.gantry.cli;

import io.gantry.api.gantry.v1.CheckImagesRequest;
import io.gantry.api.gantry.v1.CheckImagesResponse;
import io.gantry.api.gantry.v1.ImageWorkGrpc.ImageWorkImplBase;
import io.gantry.api.gantry.v1.LayerState;
import io.gantry.api.gantry.v1.PullImageRequest;
import io.gantry.api.gantry.v1.PullImageResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;

/** Work of a {@link FakeNode} that tells how far it is: pulls of {@code watched}, and checks. */
final class FakeImageWork extends ImageWorkImplBase {
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
    var layer =
        LayerState.newBuilder()
            .setDigest("sha256:" + "4".repeat(64))
            .setSize(5000)
            .setStage(LayerState.Stage.DONE);
    observer.onNext(PullImageResponse.newBuilder().addLayers(layer).build());
    observer.onNext(PullImageResponse.newBuilder().setImageRef("sha256:watched").build());
    observer.onCompleted();
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
