package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Descriptor;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
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

  private static final int CREATED = 201;
  private static final int ACCEPTED = 202;
  private static final int NO_CONTENT = 204;
  private static final int TOO_LARGE = 413;
  private static final int OTHER_RANGE = 416;

  /** Answers of a registry that told of an upload, but does not take what follows. */
  private static final Set<Integer> FORGOTTEN = Set.of(400, 404, 405, OTHER_RANGE);

  /** So often an upload goes on at one place; who breaks off there again has half an upload. */
  private static final int RESUMES_AT_ONE = 2;

  /** What a registry has of an upload; some say {@code 0-0} where they have nothing. */
  private static final Pattern RANGE = Pattern.compile("(?:bytes=)?0-(\\d{1,18})");

  private final PushCaller caller;
  private final Descriptor blob;
  private final Destination.Bytes bytes;
  private final Shelf shelf;
  private final String subject;
  private final Pieces pieces;
  private URI location = URI.create("");

  /** How many bytes the registry has, and how many it had at most. */
  private long offset;

  private long furthest;
  private int inVain;

  /** Where the upload went on last, and how often there. */
  private long resumedAt;

  private int resumes;

  /** Where the blob is to stand. */
  interface Shelf {
    /** Whether it is there. */
    boolean has() throws ImageException;

    /** Opens an upload that is empty. */
    HttpResponse<?> begin() throws ImageException;
  }

  BlobUpload(PushCaller caller, Descriptor blob, Destination.Bytes bytes, Shelf shelf) {
    this.caller = caller;
    this.blob = blob;
    this.bytes = bytes;
    this.shelf = shelf;
    this.subject = "blob " + blob.digest();
    this.pieces = new Pieces(blob.size());
  }

  /**
   * Returns when the repository has the blob.
   *
   * @param begun the answer that opened the upload
   * @throws ImageException.Storage when the bytes cannot be read here
   */
  void run(HttpResponse<?> begun) throws ImageException {
    opened(begun);
    boolean there = false;
    while (!there) {
      boolean last = pieces.isLast(offset);
      try (SentBytes sent = new SentBytes(bytes, offset, pieces.length(offset), subject)) {
        there = step(last, last ? closing(sent) : next(sent), sent);
      }
    }
    caller.traffic().send(blob.size());
  }

  private void opened(HttpResponse<?> begun) throws ImageException {
    location = caller.location(begun, subject);
    offset = 0;
    pieces.begun(begun.headers());
  }

  /**
   * All of it, or nothing where pieces were sent before; names the digest. Some registries put
   * pieces together only now.
   */
  private Sending closing(SentBytes sent) {
    URI uri = Destination.with(location, "digest=" + Destination.encoded(blob.digest().toString()));
    return sending("PUT", uri, Map.of(), sent, caller.limit(sent.length(), blob.size()));
  }

  private Sending next(SentBytes sent) {
    String range = offset + "-" + (offset + sent.length() - 1);
    Duration limit = caller.limit(sent.length(), 0);
    return sending("PATCH", location, Map.of("Content-Range", range), sent, limit);
  }

  private Sending sending(
      String method, URI uri, Map<String, String> more, SentBytes sent, Duration limit) {
    Map<String, String> headers = new HashMap<>(more);
    headers.put("Content-Type", "application/octet-stream");
    return new Sending(method, uri, headers, sent::publisher, limit, subject);
  }

  /** Whether the blob is there. */
  private boolean step(boolean last, Sending sending, SentBytes sent) throws ImageException {
    HttpResponse<BodyStream> response;
    try {
      response = caller.once(sending);
    } catch (ImageException.Unavailable e) {
      sent.requireRead(e);
      if (!Wire.isBrokenConnection(e)) {
        throw e;
      }
      return goOn(e, Duration.ZERO);
    }
    if (response.statusCode() == (last ? CREATED : ACCEPTED)) {
      caller.drain(response, sending);
      if (last) {
        Destination.requireDigest(response, blob.digest(), subject);
      } else {
        taken(response, sent.length());
      }
      return last;
    }
    return refused(sending, response);
  }

  private void taken(HttpResponse<?> response, long length) throws ImageException {
    location = caller.location(response, subject);
    offset += length;
    moved();
  }

  private boolean refused(Sending sending, HttpResponse<BodyStream> response)
      throws ImageException {
    Duration said = Backoff.said(response.headers(), InstantSource.system());
    ImageException refusal = caller.refusal(sending, response, said);
    int status = response.statusCode();
    if (status == TOO_LARGE && pieces.shrink()) {
      caller.traffic().retry();
      opened(shelf.begin());
      return false;
    }
    if (Backoff.isBusy(response) && said.compareTo(caller.answerLimit()) <= 0) {
      return goOn(refusal, said);
    }
    if (pieces.isResumed() && FORGOTTEN.contains(status)) {
      failed(refusal, Duration.ZERO);
      resumes = RESUMES_AT_ONE;
      return anew();
    }
    if (status != OTHER_RANGE) {
      throw refusal;
    }
    return goOn(refusal, Duration.ZERO);
  }

  /** Whether the blob is there. */
  private boolean goOn(ImageException failure, Duration said) throws ImageException {
    failed(failure, said);
    return !resumed() && anew();
  }

  /** Counts a try in vain, and waits for the next if there is one. */
  private void failed(ImageException failure, Duration said) throws ImageException {
    inVain++;
    if (inVain >= caller.attempts()) {
      throw failure.because(
          "after %d of %d bytes: %s".formatted(furthest, blob.size(), failure.reason()));
    }
    Backoff.pause(Backoff.longer(said, Backoff.after(inVain)), subject);
    caller.traffic().retry();
  }

  /** Whether the blob is there: perhaps only the answer that said so was lost. */
  private boolean anew() throws ImageException {
    if (shelf.has()) {
      return true;
    }
    opened(shelf.begin());
    return false;
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
    resumes = there == resumedAt ? resumes + 1 : 1;
    resumedAt = there;
    if (resumes > RESUMES_AT_ONE) {
      return false;
    }
    if (response.headers().firstValue("Location").isPresent()) {
      location = caller.location(response, subject);
    }
    pieces.resume();
    offset = there;
    moved();
    return true;
  }

  /** What was brought once and lost counts no second time. */
  private void moved() {
    if (Gain.isWorthWhile(offset - furthest, blob.size())) {
      inVain = 0;
    }
    furthest = Math.max(furthest, offset);
  }
}
