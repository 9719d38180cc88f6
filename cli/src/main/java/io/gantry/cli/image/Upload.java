package io.gantry.cli.image;

import com.google.protobuf.ByteString;
import io.gantry.api.gantry.v1.ImagesGrpc.ImagesBlockingV2Stub;
import io.gantry.api.gantry.v1.ImportImageOptions;
import io.gantry.api.gantry.v1.ImportImageRequest;
import io.gantry.api.gantry.v1.ImportImageResponse;
import io.gantry.cli.session.CliException;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.io.InputStream;

/** Streams an archive to the daemon, no faster than the daemon takes it. */
record Upload(ImagesBlockingV2Stub images) {
  private static final int CHUNK = 256 * 1024;

  /**
   * Sends all of {@code in}.
   *
   * @param name see ImportImageOptions.reference_override
   */
  ImportImageResponse send(InputStream in, String name) throws IOException {
    var call = images.importImage();
    try {
      var options = ImportImageOptions.newBuilder().setReferenceOverride(name);
      var open = call.write(ImportImageRequest.newBuilder().setOptions(options).build());
      if (open) {
        chunks(in, call);
      }
      return answer(call);
    } catch (StatusException e) {
      throw new StatusRuntimeException(e.getStatus(), e.getTrailers());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CliException.failed("interrupted while sending the archive");
    } finally {
      // Without effect on a call that has ended.
      call.cancel("the client gave up", null);
    }
  }

  private static void chunks(
      InputStream in, BlockingClientCall<ImportImageRequest, ImportImageResponse> call)
      throws IOException, StatusException, InterruptedException {
    var open = true;
    while (open) {
      var bytes = in.readNBytes(CHUNK);
      if (bytes.length == 0) {
        call.halfClose();
        return;
      }
      var chunk = ImportImageRequest.newBuilder().setChunk(ByteString.copyFrom(bytes)).build();
      open = call.write(chunk);
    }
  }

  /** A daemon that refuses the archive closes the call before it has read everything. */
  private static ImportImageResponse answer(
      BlockingClientCall<ImportImageRequest, ImportImageResponse> call)
      throws StatusException, InterruptedException {
    var answer = call.read();
    if (answer == null) {
      throw CliException.failed("the runtime ended the import without an answer; its log says why");
    }
    return answer;
  }
}
