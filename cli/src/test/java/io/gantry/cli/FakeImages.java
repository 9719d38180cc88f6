package io.gantry.cli;

import io.gantry.api.cri.v1.Image;
import io.gantry.api.cri.v1.ImageServiceGrpc.ImageServiceImplBase;
import io.gantry.api.cri.v1.ImageStatusRequest;
import io.gantry.api.cri.v1.ImageStatusResponse;
import io.gantry.api.cri.v1.ListImagesRequest;
import io.gantry.api.cri.v1.ListImagesResponse;
import io.gantry.api.cri.v1.PullImageRequest;
import io.gantry.api.cri.v1.PullImageResponse;
import io.gantry.api.cri.v1.RemoveImageRequest;
import io.gantry.api.cri.v1.RemoveImageResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** The image service of a {@link FakeNode}. */
final class FakeImages extends ImageServiceImplBase {
  private final FakeNode node;

  FakeImages(FakeNode node) {
    this.node = node;
  }

  private static boolean named(Image image, String name) {
    return image.getId().equals(name)
        || image.getRepoTagsList().contains(name)
        || image.getRepoDigestsList().contains(name);
  }

  @Override
  public void listImages(ListImagesRequest request, StreamObserver<ListImagesResponse> observer) {
    var wanted = request.getFilter().getImage().getImage();
    var found =
        node.images.values().stream()
            .filter(image -> wanted.isEmpty() || named(image, wanted))
            .toList();
    Answer.to(observer, () -> ListImagesResponse.newBuilder().addAllImages(found).build());
  }

  @Override
  public void imageStatus(
      ImageStatusRequest request, StreamObserver<ImageStatusResponse> observer) {
    var answer = ImageStatusResponse.newBuilder();
    node.images.values().stream()
        .filter(image -> named(image, request.getImage().getImage()))
        .findFirst()
        .ifPresent(answer::setImage);
    if (request.getVerbose()) {
      answer.putInfo("info", "{\"chain\":[\"sha256:a\"]}");
    }
    Answer.to(observer, answer::build);
  }

  @Override
  public void pullImage(PullImageRequest request, StreamObserver<PullImageResponse> observer) {
    Answer.to(
        observer,
        () -> {
          node.enter("PullImage", request);
          var name = request.getImage().getImage();
          if (!node.registry.contains(name)) {
            throw Status.UNAVAILABLE
                .withDescription("pull " + name + ": registry.test does not answer")
                .asRuntimeException();
          }
          var id = node.image("sha256:" + "2".repeat(64), name).getId();
          return PullImageResponse.newBuilder().setImageRef(id).build();
        });
  }

  @Override
  public void removeImage(
      RemoveImageRequest request, StreamObserver<RemoveImageResponse> observer) {
    Answer.to(
        observer,
        () -> {
          node.enter("RemoveImage", request);
          node.images.remove(request.getImage().getImage());
          return RemoveImageResponse.getDefaultInstance();
        });
  }
}
