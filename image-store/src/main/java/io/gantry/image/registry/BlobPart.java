package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Descriptor;
import java.io.IOException;
import java.net.http.HttpResponse;

/** What one answer brings of a blob, from the place on that was asked for. One thread. */
final class BlobPart {

  private static final int WHOLE = 200;

  private final EndpointCaller endpoint;
  private final BodyStream body;
  private long toSkip;

  private BlobPart(EndpointCaller endpoint, BodyStream body, long toSkip) {
    this.endpoint = endpoint;
    this.body = body;
    this.toSkip = toSkip;
  }

  /**
   * Checks what the head of the answer promises. An endpoint that knows no ranges gives the whole
   * blob, of which the first bytes are skipped.
   */
  static BlobPart of(
      EndpointCaller endpoint,
      HttpResponse<BodyStream> response,
      Descriptor blob,
      long offset,
      String subject)
      throws ImageException {
    String reason = contradiction(response, blob, offset);
    if (!reason.isEmpty()) {
      response.body().close();
      throw new ImageException.Corrupt(
          subject,
          "registry " + endpoint.endpoint().root().getAuthority() + " " + reason,
          "pull again; if it persists, the registry or a proxy before it is damaged",
          null);
    }
    return new BlobPart(endpoint, response.body(), response.statusCode() == WHOLE ? offset : 0);
  }

  private static String contradiction(HttpResponse<?> response, Descriptor blob, long offset) {
    if (response.statusCode() == WHOLE) {
      long length = response.headers().firstValueAsLong("Content-Length").orElse(blob.size());
      return length == blob.size()
          ? ""
          : "offers " + length + " bytes; the manifest says " + blob.size();
    }
    String range = response.headers().firstValue("Content-Range").orElse("");
    return range.startsWith("bytes " + offset + "-")
        ? ""
        : "was asked for the bytes from " + offset + " and gives \"" + range + "\"";
  }

  EndpointCaller endpoint() {
    return endpoint;
  }

  int read(byte[] target, int offset, int length) throws IOException {
    if (toSkip > 0) {
      long wanted = toSkip;
      toSkip = 0;
      body.skipNBytes(wanted);
    }
    return body.read(target, offset, length);
  }

  void close() {
    body.close();
  }
}
