package io.gantry.conformance.node;

import com.google.protobuf.ByteString;
import io.gantry.api.gantry.v1.ImagesGrpc;
import io.gantry.api.gantry.v1.ImportImageRequest;
import io.gantry.api.gantry.v1.ImportImageResponse;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sends an archive to gantryd in pieces. */
final class ImageImport {

  private static final int CHUNK = 256 << 10;
  private static final long LONGEST_IMPORT_SECONDS = 60;

  private ImageImport() {}

  static void send(Channel channel, Path archive) throws IOException, InterruptedException {
    CompletableFuture<ImportImageResponse> answer = new CompletableFuture<>();
    StreamObserver<ImportImageRequest> parts =
        ImagesGrpc.newStub(channel).importImage(new Answer(answer));
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
