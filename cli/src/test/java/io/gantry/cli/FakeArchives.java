package io.gantry.cli;

import io.gantry.api.gantry.v1.ExportImageRequest;
import io.gantry.api.gantry.v1.ExportImageResponse;
import io.gantry.api.gantry.v1.ExportedImages;
import io.gantry.api.gantry.v1.ImageHistoryRequest;
import io.gantry.api.gantry.v1.ImageHistoryResponse;
import io.gantry.api.gantry.v1.ImagesGrpc.ImagesImplBase;
import io.gantry.api.gantry.v1.TagImageRequest;
import io.gantry.api.gantry.v1.TagImageResponse;
import io.gantry.api.gantry.v1.UntagImageRequest;
import io.gantry.api.gantry.v1.UntagImageResponse;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;

/** What a {@link FakeNode} offers on images beside CRI. */
final class FakeArchives extends ImagesImplBase {
  private final FakeNode node;

  FakeArchives(FakeNode node) {
    this.node = node;
  }

  @Override
  public void exportImage(
      ExportImageRequest request, StreamObserver<ExportImageResponse> observer) {
    node.requests.add(request);
    var images = ExportedImages.newBuilder();
    for (var name : request.getImagesList()) {
      images
          .addImagesBuilder()
          .setId("sha256:" + "6".repeat(64))
          .setManifestDigest("sha256:" + "7".repeat(64))
          .addReferences(name)
          .setRepacked(name.startsWith("old"));
    }
    observer.onNext(ExportImageResponse.newBuilder().setImages(images).build());
    for (var chunk : node.archive) {
      observer.onNext(ExportImageResponse.newBuilder().setChunk(chunk).build());
    }
    try {
      node.check("ExportImage-late");
      observer.onCompleted();
    } catch (StatusRuntimeException e) {
      observer.onError(e);
    }
  }

  @Override
  public void tagImage(TagImageRequest request, StreamObserver<TagImageResponse> observer) {
    node.enter("TagImage", request);
    var whole = "docker.io/library/" + request.getReference();
    Answer.to(observer, () -> TagImageResponse.newBuilder().setReference(whole).build());
  }

  @Override
  public void untagImage(UntagImageRequest request, StreamObserver<UntagImageResponse> observer) {
    node.enter("UntagImage", request);
    Answer.to(observer, UntagImageResponse::getDefaultInstance);
  }

  @Override
  public void imageHistory(
      ImageHistoryRequest request, StreamObserver<ImageHistoryResponse> observer) {
    node.enter("ImageHistory", request);
    var steps = ImageHistoryResponse.newBuilder();
    steps
        .addStepsBuilder()
        .setCreated("2026-01-02T15:02:05Z")
        .setCreatedBy("/bin/sh -c echo " + "x".repeat(80))
        .setComment("two\nlines")
        .setSize(1_240_000);
    steps.addStepsBuilder().setCreated("1970-01-01T00:00:00Z").setCreatedBy("ADD base");
    Answer.to(observer, steps::build);
  }
}
