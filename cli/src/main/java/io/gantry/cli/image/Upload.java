package io.gantry.cli.image;

import com.google.protobuf.ByteString;
import io.gantry.api.gantry.v1.ImportImageOptions;
import io.gantry.api.gantry.v1.ImportImageProgress;
import io.gantry.api.gantry.v1.ImportImageRequest;
import io.gantry.api.gantry.v1.ImportImageResponse;
import io.gantry.cli.session.Session;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Streams an archive to the daemon, no faster than the daemon takes it, and shows how far it is.
 */
final class Upload {
  private static final int CHUNK = 256 * 1024;
  private static final WatchedCall<ImportImageProgress, ImportImageResponse> CALL =
      new WatchedCall<>(
          "import",
          ImportImageProgress::getLayersList,
          step ->
              Optional.of(step)
                  .filter(ImportImageProgress::hasImported)
                  .map(ImportImageProgress::getImported));

  private final BlockingClientCall<ImportImageRequest, ImportImageProgress> call;
  private final WorkView view;

  Upload(Session session, WorkView view) {
    this.call = session.connection().watchedImageWork().importImage();
    this.view = view;
  }

  /**
   * Sends all of {@code in}.
   *
   * @param size bytes of it, or 0 when that is not known
   * @param name see ImportImageOptions.reference_override
   */
  ImportImageResponse send(InputStream in, long size, String name) throws IOException {
    return CALL.<ImportImageResponse, IOException>during(
        call,
        view,
        () -> {
          var options = ImportImageOptions.newBuilder().setReferenceOverride(name);
          if (call.write(ImportImageRequest.newBuilder().setOptions(options).build())) {
            chunks(in, size);
          }
          // A daemon that refuses the archive closes the call before it has read everything.
          return CALL.answer(call, view);
        });
  }

  private void chunks(InputStream in, long size)
      throws IOException, StatusException, InterruptedException {
    var open = true;
    long sent = 0;
    while (open) {
      var bytes = in.readNBytes(CHUNK);
      if (bytes.length == 0) {
        call.halfClose();
        view.sent(sent);
        return;
      }
      var chunk = ImportImageRequest.newBuilder().setChunk(ByteString.copyFrom(bytes)).build();
      open = call.write(chunk);
      sent += bytes.length;
      view.moved(sent, size);
    }
  }
}
