package io.gantry.conformance.node;

import com.google.protobuf.ByteString;
import io.gantry.api.gantry.v1.ImagesGrpc;
import io.gantry.api.gantry.v1.ImportImageRequest;
import io.gantry.api.gantry.v1.ImportImageResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An image that needs no network: the distribution's static busybox under all its names, packed by
 * Gantry's own image writer.
 */
public final class TestImage {

  /** What it is called. */
  public static final String REFERENCE = "gantry.test/busybox:1";

  private static final int CHUNK = 256 << 10;
  private static final long LONGEST_IMPORT_SECONDS = 60;

  private TestImage() {}

  /**
   * Packs the image into an archive.
   *
   * @param archive the file to write
   */
  public static void pack(Distribution distribution, Path archive)
      throws IOException, InterruptedException {
    var _ =
        Command.output(
            distribution.repository().resolve("hack/lib/test-image").toString(),
            distribution.directory().toString(),
            archive.toString());
  }

  /** Packs the image and brings it to a node; returns its name. */
  public static String importInto(PrivateNode node) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("gantry-image");
    Path archive = directory.resolve("busybox.tar");
    try {
      pack(Distribution.found(), archive);
      send(node, archive);
    } finally {
      Files.deleteIfExists(archive);
      Files.delete(directory);
    }
    return REFERENCE;
  }

  private static void send(PrivateNode node, Path archive)
      throws IOException, InterruptedException {
    CompletableFuture<ImportImageResponse> answer = new CompletableFuture<>();
    StreamObserver<ImportImageRequest> parts =
        ImagesGrpc.newStub(node.client().channel()).importImage(new Answer(answer));
    try (InputStream bytes = Files.newInputStream(archive)) {
      byte[] chunk = bytes.readNBytes(CHUNK);
      while (chunk.length > 0) {
        parts.onNext(ImportImageRequest.newBuilder().setChunk(ByteString.copyFrom(chunk)).build());
        chunk = bytes.readNBytes(CHUNK);
      }
    }
    parts.onCompleted();
    try {
      var _ = answer.get(LONGEST_IMPORT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException failure) {
      throw new IOException("import of " + archive + " failed", failure);
    }
  }

  private record Answer(CompletableFuture<ImportImageResponse> future)
      implements StreamObserver<ImportImageResponse> {

    @Override
    public void onNext(ImportImageResponse response) {
      future.complete(response);
    }

    @Override
    public void onError(Throwable failure) {
      future.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      future.completeExceptionally(new IOException("the call ended without an answer"));
    }
  }
}
