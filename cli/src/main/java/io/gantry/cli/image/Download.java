package io.gantry.cli.image;

import io.gantry.api.gantry.v1.ExportImageRequest;
import io.gantry.api.gantry.v1.ExportImageResponse;
import io.gantry.api.gantry.v1.ExportedImages;
import io.gantry.api.gantry.v1.ImagesGrpc.ImagesBlockingV2Stub;
import io.gantry.cli.session.CliException;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.io.OutputStream;

/** Takes an archive from the daemon, no faster than it can be written, and shows how far it is. */
record Download(ImagesBlockingV2Stub images, WorkView view) {

  /** Writes the whole archive to {@code out} and returns what is in it. */
  ExportedImages receive(ExportImageRequest request, OutputStream out) throws IOException {
    var call = images.exportImage(request);
    try {
      var first = call.read();
      if (first == null || !first.hasImages()) {
        throw CliException.failed("the runtime ended the export without a word; its log says why");
      }
      chunks(call, out, first.getImages().getLayerBytes());
      return first.getImages();
    } catch (StatusException e) {
      throw new StatusRuntimeException(e.getStatus(), e.getTrailers());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CliException.failed("interrupted while receiving the archive");
    } finally {
      view.end();
      // Without effect on a call that has ended.
      call.cancel("the client gave up", null);
    }
  }

  private void chunks(
      BlockingClientCall<?, ExportImageResponse> call, OutputStream out, long layerBytes)
      throws IOException, StatusException, InterruptedException {
    long received = 0;
    for (var part = call.read(); part != null; part = call.read()) {
      part.getChunk().writeTo(out);
      received += part.getChunk().size();
      view.moved(received, Math.max(received, layerBytes));
    }
  }
}
