package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Descriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Brings the bytes of one blob to a repository (OCI distribution spec 1.1, "Pushing blobs"). They
 * go in one request, which every registry takes, unless the registry names a size of pieces or
 * finds one request too large. An upload that breaks off goes on where the registry says that it
 * stopped; where it does not say so it begins anew, as long as the tries bring something worth
 * while. One thread.
 */
final class BlobUpload {

  /** What is tried in turn where the pieces before were too large. */
  private static final List<Long> PIECES = List.of(16L << 20, 4L << 20, 1L << 20);

  /** Slower than this, a request is given up. */
  private static final long LEAST_BYTES_PER_SECOND = 32 << 10;

  /** A try that brings less than this, and less than so many parts of the blob, was in vain. */
  private static final long PROGRESS_BYTES = 64 << 10;

  private static final int PROGRESS_PARTS = 20;
  private static final int CREATED = 201;
  private static final int ACCEPTED = 202;
  private static final int NO_CONTENT = 204;
  private static final int TOO_LARGE = 413;
  private static final int OTHER_RANGE = 416;

  /** What a registry has of an upload; some say {@code 0-0} where they have nothing. */
  private static final Pattern RANGE = Pattern.compile("(?:bytes=)?0-(\\d{1,18})");

  private final PushCaller caller;
  private final Descriptor blob;
  private final Destination.Bytes bytes;
  private final Beginning beginning;
  private final String subject;
  private URI location = URI.create("");
  private long smallest;

  /** Bytes of a piece; 0 for all in one request. */
  private long piece;

  /** How many bytes the registry has, and how many it had at most. */
  private long offset;

  private long furthest;
  private int inVain;

  /** Opens an upload that is empty. */
  @FunctionalInterface
  interface Beginning {
    HttpResponse<?> begin() throws ImageException;
  }

  BlobUpload(PushCaller caller, Descriptor blob, Destination.Bytes bytes, Beginning beginning) {
    this.caller = caller;
    this.blob = blob;
    this.bytes = bytes;
    this.beginning = beginning;
    this.subject = "blob " + blob.digest();
  }

  /**
   * Returns when the repository has the blob.
   *
   * @param begun the answer that opened the upload
   */
  void run(HttpResponse<?> begun) throws ImageException {
    opened(begun);
    boolean there = false;
    while (!there) {
      boolean last = piece == 0 || offset == blob.size();
      there = step(last, last ? closing() : next());
    }
    caller.traffic().send(blob.size());
  }

  private void opened(HttpResponse<?> begun) throws ImageException {
    location = caller.location(begun, subject);
    offset = 0;
    smallest = begun.headers().firstValueAsLong("OCI-Chunk-Min-Length").orElse(0);
    if (smallest > 0) {
      piece = Math.max(smallest, piece == 0 ? PIECES.getFirst() : piece);
    }
  }

  /**
   * All of it, or nothing where pieces were sent before; names the digest. Some registries put
   * pieces together only now, so this may take as long as all the bytes.
   */
  private Sending closing() {
    URI uri = Destination.with(location, "digest=" + Destination.encoded(blob.digest().toString()));
    return sending("PUT", uri, Map.of(), blob.size() - offset, blob.size());
  }

  private Sending next() {
    long length = Math.min(piece, blob.size() - offset);
    String range = offset + "-" + (offset + length - 1);
    return sending("PATCH", location, Map.of("Content-Range", range), length, length);
  }

  /**
   * @param work bytes that the registry has to do with until it answers
   */
  private Sending sending(
      String method, URI uri, Map<String, String> more, long length, long work) {
    Map<String, String> headers = new HashMap<>(more);
    headers.put("Content-Type", "application/octet-stream");
    Duration limit = caller.answerLimit().plus(Duration.ofSeconds(work / LEAST_BYTES_PER_SECOND));
    long from = offset;
    return new Sending(method, uri, headers, () -> publisher(from, length), limit, subject);
  }

  private BodyPublisher publisher(long from, long length) {
    if (length == 0) {
      return BodyPublishers.noBody();
    }
    return BodyPublishers.fromPublisher(
        BodyPublishers.ofInputStream(() -> {
          try {
            return Slice.of(bytes.open(), from, length);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }),
        length);
  }

  /** Whether the blob is there. */
  private boolean step(boolean last, Sending sending) throws ImageException {
    HttpResponse<BodyStream> response;
    try {
      response = caller.once(sending);
    } catch (ImageException.Unavailable e) {
      if (!Wire.isBrokenConnection(e)) {
        throw e;
      }
      goOn(e, Duration.ZERO);
      return false;
    }
    if (response.statusCode() == (last ? CREATED : ACCEPTED)) {
      caller.drain(response, sending);
      if (last) {
        Destination.requireDigest(response, blob.digest(), subject);
      } else {
        taken(response);
      }
      return last;
    }
    refused(sending, response);
    return false;
  }

  private void taken(HttpResponse<?> response) throws ImageException {
    location = caller.location(response, subject);
    offset = Math.min(blob.size(), offset + piece);
    moved();
  }

  private void refused(Sending sending, HttpResponse<BodyStream> response) throws ImageException {
    Duration said = Backoff.said(response.headers(), InstantSource.system());
    ImageException refusal = caller.refusal(sending, response, said);
    int status = response.statusCode();
    if (status == TOO_LARGE && shrink()) {
      caller.traffic().retry();
      opened(beginning.begin());
      return;
    }
    boolean passes = Backoff.isBusy(response) && said.compareTo(caller.answerLimit()) <= 0;
    if (!passes && status != OTHER_RANGE) {
      throw refusal;
    }
    goOn(refusal, said);
  }

  /** Whether there are pieces smaller than those that are too large. */
  private boolean shrink() {
    long before = piece == 0 ? blob.size() : piece;
    for (long next : PIECES) {
      if (next < before && next >= smallest) {
        piece = next;
        return true;
      }
    }
    return false;
  }

  private void goOn(ImageException failure, Duration said) throws ImageException {
    inVain++;
    if (inVain >= caller.attempts()) {
      throw failure.because(
          "after %d of %d bytes: %s".formatted(furthest, blob.size(), failure.reason()));
    }
    Backoff.pause(Backoff.longer(said, Backoff.after(inVain)), subject);
    caller.traffic().retry();
    if (!resumed()) {
      opened(beginning.begin());
    }
  }

  /** Whether the registry tells what it has of the upload, and lets it go on from there. */
  private boolean resumed() throws ImageException {
    Sending question = Sending.of("GET", location, caller.answerLimit(), subject);
    HttpResponse<BodyStream> response;
    try {
      response = caller.once(question);
    } catch (ImageException.Unavailable e) {
      if (!Wire.isBrokenConnection(e)) {
        throw e;
      }
      return false;
    }
    response.body().close();
    Matcher range = RANGE.matcher(response.headers().firstValue("Range").orElse(""));
    if (response.statusCode() != NO_CONTENT || !range.matches()) {
      return false;
    }
    long there = Long.parseLong(range.group(1)) + 1;
    if (there == 1 || there > blob.size()) {
      return false;
    }
    if (response.headers().firstValue("Location").isPresent()) {
      location = caller.location(response, subject);
    }
    piece = piece == 0 ? Math.max(smallest, PIECES.getFirst()) : piece;
    offset = there;
    moved();
    return true;
  }

  /** What was brought once and lost counts no second time. */
  private void moved() {
    long worth = Math.min(PROGRESS_BYTES, Math.max(1, blob.size() / PROGRESS_PARTS));
    if (offset - furthest >= worth) {
      inVain = 0;
    }
    furthest = Math.max(furthest, offset);
  }
}
