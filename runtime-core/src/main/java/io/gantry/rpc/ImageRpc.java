package io.gantry.rpc;

import io.gantry.api.cri.v1.ImageFsInfoRequest;
import io.gantry.api.cri.v1.ImageFsInfoResponse;
import io.gantry.api.cri.v1.ImageServiceGrpc;
import io.gantry.api.cri.v1.ImageStatusRequest;
import io.gantry.api.cri.v1.ImageStatusResponse;
import io.gantry.api.cri.v1.ListImagesRequest;
import io.gantry.api.cri.v1.ListImagesResponse;
import io.gantry.api.cri.v1.PullImageRequest;
import io.gantry.api.cri.v1.PullImageResponse;
import io.gantry.api.cri.v1.RemoveImageRequest;
import io.gantry.api.cri.v1.RemoveImageResponse;
import io.gantry.api.cri.v1.StreamImagesRequest;
import io.gantry.api.cri.v1.StreamImagesResponse;
import io.grpc.stub.StreamObserver;

/** CRI ImageService. */
final class ImageRpc extends ImageServiceGrpc.ImageServiceImplBase {

  private final ImageCalls images;

  ImageRpc(ImageCalls images) {
    this.images = images;
  }

  @Override
  public void listImages(ListImagesRequest request, StreamObserver<ListImagesResponse> observer) {
    Answers.one(observer, () -> images.list(request));
  }

  @Override
  public void streamImages(
      StreamImagesRequest request, StreamObserver<StreamImagesResponse> observer) {
    Answers.parts(
        observer,
        images.rows(request.getFilter()),
        rows -> StreamImagesResponse.newBuilder().addAllImages(rows).build());
  }

  @Override
  public void imageStatus(
      ImageStatusRequest request, StreamObserver<ImageStatusResponse> observer) {
    Answers.one(observer, () -> images.status(request));
  }

  @Override
  public void pullImage(PullImageRequest request, StreamObserver<PullImageResponse> observer) {
    Answers.one(observer, () -> Cancellable.run(() -> images.pull(request)));
  }

  @Override
  public void removeImage(
      RemoveImageRequest request, StreamObserver<RemoveImageResponse> observer) {
    Answers.one(observer, () -> images.remove(request));
  }

  @Override
  public void imageFsInfo(
      ImageFsInfoRequest request, StreamObserver<ImageFsInfoResponse> observer) {
    Answers.one(observer, images::fsInfo);
  }
}
