package io.gantry.rpc;

import io.gantry.api.gantry.v1.CommitContainerRequest;
import io.gantry.api.gantry.v1.CommitContainerResponse;
import io.gantry.api.gantry.v1.ExportImageRequest;
import io.gantry.api.gantry.v1.ExportImageResponse;
import io.gantry.api.gantry.v1.ImageHistoryRequest;
import io.gantry.api.gantry.v1.ImageHistoryResponse;
import io.gantry.api.gantry.v1.ImagesGrpc;
import io.gantry.api.gantry.v1.ImportImageRequest;
import io.gantry.api.gantry.v1.ImportImageResponse;
import io.gantry.api.gantry.v1.PushImageRequest;
import io.gantry.api.gantry.v1.PushImageResponse;
import io.gantry.api.gantry.v1.TagImageRequest;
import io.gantry.api.gantry.v1.TagImageResponse;
import io.gantry.api.gantry.v1.UntagImageRequest;
import io.gantry.api.gantry.v1.UntagImageResponse;
import io.gantry.image.progress.Progress;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** gantry.v1 Images: what CRI's ImageService lacks. */
final class GantryImagesRpc extends ImagesGrpc.ImagesImplBase {

  private final ImageCalls images;
  private final OwnImageCalls own;
  private final CommitCalls commits;
  private final LongCalls longCalls;

  /**
   * @param longCalls shared with who does the same otherwise
   */
  GantryImagesRpc(ImageCalls images, OwnImageCalls own, CommitCalls commits, LongCalls longCalls) {
    this.images = images;
    this.own = own;
    this.commits = commits;
    this.longCalls = longCalls;
  }

  @Override
  public StreamObserver<ImportImageRequest> importImage(
      StreamObserver<ImportImageResponse> observer) {
    ServerCallStreamObserver<ImportImageResponse> call =
        (ServerCallStreamObserver<ImportImageResponse>) observer;
    return ImportStream.open(
        "gantry.v1.Images/ImportImage",
        call,
        (options, archive) -> call.onNext(images.importArchive(options, archive, new Progress())));
  }

  @Override
  public void exportImage(
      ExportImageRequest request, StreamObserver<ExportImageResponse> observer) {
    ServerCallStreamObserver<ExportImageResponse> call =
        (ServerCallStreamObserver<ExportImageResponse>) observer;
    ChunkSink sink = new ChunkSink(call);
    longCalls.start("gantry.v1.Images/ExportImage", call, () -> own.export(request, call, sink));
  }

  @Override
  public void commitContainer(
      CommitContainerRequest request, StreamObserver<CommitContainerResponse> observer) {
    ServerCallStreamObserver<CommitContainerResponse> call =
        (ServerCallStreamObserver<CommitContainerResponse>) observer;
    longCalls.start(
        "gantry.v1.Images/CommitContainer",
        call,
        () -> call.onNext(commits.commit(request, new Progress())));
  }

  @Override
  public void pushImage(PushImageRequest request, StreamObserver<PushImageResponse> observer) {
    ServerCallStreamObserver<PushImageResponse> call =
        (ServerCallStreamObserver<PushImageResponse>) observer;
    longCalls.start(
        "gantry.v1.Images/PushImage", call, () -> call.onNext(own.push(request, new Progress())));
  }

  @Override
  public void tagImage(TagImageRequest request, StreamObserver<TagImageResponse> observer) {
    Answers.one(observer, () -> own.tag(request));
  }

  @Override
  public void untagImage(UntagImageRequest request, StreamObserver<UntagImageResponse> observer) {
    Answers.one(observer, () -> own.untag(request));
  }

  @Override
  public void imageHistory(
      ImageHistoryRequest request, StreamObserver<ImageHistoryResponse> observer) {
    Answers.one(observer, () -> own.history(request));
  }
}
