package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Descriptor;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one blob. When the connection breaks, it goes on where it stopped, by range, as long
 * as the tries bring something worth while. One thread.
 */
final class BlobStream extends InputStream {

  /** A try that brings less than this counts as a failure like one that brings nothing. */
  private static final long PROGRESS = 64 << 10;

  private final EndpointCaller caller;
  private final Wire wire;
  private final String path;
  private final String subject;
  private final int attempts;
  private @Nullable BodyStream body;
  private long received;
  private long receivedBefore;
  private int failures;

  private BlobStream(EndpointCaller caller, Wire wire, String path, Descriptor blob) {
    this.caller = caller;
    this.wire = wire;
    this.path = path;
    this.subject = "blob " + blob.digest();
    this.attempts = wire.settings().attempts();
  }

  /** Asks for the blob; the first answer is here when this returns. */
  static BlobStream open(EndpointCaller caller, Wire wire, String repository, Descriptor blob)
      throws ImageException {
    String path = "/" + repository + "/blobs/" + blob.digest();
    BlobStream stream = new BlobStream(caller, wire, path, blob);
    stream.body = caller.get(path, Map.of(), stream.subject).body();
    return stream;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    while (true) {
      try {
        BodyStream current = body == null ? resume() : body;
        int n = current.read(target, offset, length);
        received += Math.max(0, n);
        return n;
      } catch (ImageException e) {
        throw e;
      } catch (IOException e) {
        broken(e);
      }
    }
  }

  private void broken(IOException e) throws ImageException {
    close();
    if (Thread.currentThread().isInterrupted()) {
      throw new ImageException.Cancelled(subject, "interrupted after " + received + " bytes");
    }
    failures = received >= receivedBefore + PROGRESS ? 1 : failures + 1;
    receivedBefore = received;
    if (failures >= attempts) {
      throw wire.unavailable(caller.uri(path), subject + " after " + received + " bytes", e);
    }
  }

  private BodyStream resume() throws IOException {
    if (received == 0) {
      BodyStream again = caller.get(path, Map.of(), subject).body();
      body = again;
      return again;
    }
    HttpResponse<BodyStream> response =
        caller.get(path, Map.of("Range", "bytes=" + received + "-"), subject);
    body = response.body();
    if (response.statusCode() == 200) {
      response.body().skipNBytes(received);
    } else if (!startsWhereWeStopped(response)) {
      throw new ImageException.Unavailable(
          subject, "the registry resumes at another place than asked", "try again", null);
    }
    return response.body();
  }

  private boolean startsWhereWeStopped(HttpResponse<?> response) {
    String range = response.headers().firstValue("Content-Range").orElse("");
    return range.startsWith("bytes " + received + "-");
  }

  @Override
  public void close() {
    BodyStream current = body;
    body = null;
    if (current != null) {
      current.close();
    }
  }
}
