package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.progress.Traffic;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one blob. When the connection breaks or brings too little, it goes on where it
 * stopped, by range, at the same endpoint or at another one, as long as the tries bring something
 * worth while. Nothing is checked here: who reads knows the digest. One thread.
 */
final class BlobStream extends InputStream {

  /** Where the bytes come from. */
  interface Source {
    /** The blob from an offset on; the first answer is here when this returns. */
    BlobPart from(long offset) throws ImageException;

    /** What is counted. */
    Traffic traffic();

    /** An endpoint has become useless for now, and another is asked if there is one. */
    void leave(EndpointCaller endpoint);

    /** A failure in words. */
    ImageException broken(EndpointCaller endpoint, String subject, IOException cause);
  }

  private final Source source;
  private final long size;
  private final String subject;
  private final int triesAtOne;
  private final int triesAtAll;
  private final Map<String, ImageException> failures = new LinkedHashMap<>();
  private @Nullable BlobPart part;
  private long received;
  private long receivedBefore;
  private int vainAtOne;
  private int vainAtAll;

  private BlobStream(Source source, Descriptor blob, String subject, int attempts, int endpoints) {
    this.source = source;
    this.size = blob.size();
    this.subject = subject;
    this.triesAtOne = attempts;
    this.triesAtAll = attempts * endpoints;
  }

  /**
   * Asks for the blob; the first answer is here when this returns, or else the connection broke
   * before it and another is tried when somebody reads.
   *
   * @param attempts in vain at one endpoint
   * @param endpoints how many there are
   */
  static BlobStream open(
      Source source, Descriptor blob, String subject, int attempts, int endpoints)
      throws ImageException {
    BlobStream stream = new BlobStream(source, blob, subject, attempts, endpoints);
    try {
      stream.part = source.from(0);
    } catch (ImageException.Unavailable e) {
      if (!Wire.isBrokenConnection(e)) {
        throw e;
      }
      // An answer that breaks off at once may look so, and is worth as much as a later one.
      stream.again(e);
    }
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
      BlobPart current = part == null ? reopened() : part;
      if (current == null) {
        continue;
      }
      try {
        int n = current.read(target, offset, length);
        if (n < 0 && received < size) {
          throw new EOFException("it ends after " + received + " of " + size + " bytes");
        }
        if (n > 0) {
          received += n;
          source.traffic().receive(n);
        }
        return n;
      } catch (IOException e) {
        if (received >= size) {
          return -1;
        }
        broken(current.endpoint(), e);
      }
    }
  }

  /** Null when nobody answers, which may pass: what is here already is worth another try. */
  private @Nullable BlobPart reopened() throws ImageException {
    try {
      BlobPart fresh = source.from(received);
      part = fresh;
      return fresh;
    } catch (ImageException.Unavailable e) {
      again(e);
      return null;
    }
  }

  private void again(ImageException failure) throws ImageException {
    inVain(failure);
    pause();
    source.traffic().retry();
  }

  private void broken(EndpointCaller endpoint, IOException e) throws ImageException {
    close();
    if (Thread.currentThread().isInterrupted()) {
      throw interrupted();
    }
    long brought = received - receivedBefore;
    receivedBefore = received;
    failures.put(endpoint.endpoint().name(), source.broken(endpoint, subject, e));
    if (Gain.isWorthWhile(brought, size)) {
      vainAtOne = 0;
      vainAtAll = 0;
    } else {
      vainAtOne++;
      inVain(Refusals.of(subject, Capability.PULL, failures));
    }
    if (e instanceof SlowBodyException || vainAtOne >= triesAtOne) {
      source.leave(endpoint);
      vainAtOne = 0;
      return;
    }
    if (vainAtOne > 0) {
      pause();
    }
    source.traffic().retry();
  }

  private void inVain(ImageException failure) throws ImageException {
    vainAtAll++;
    if (vainAtAll >= triesAtAll) {
      ImageException last =
          failure.because("after " + received + " of " + size + " bytes: " + failure.reason());
      last.addSuppressed(failure);
      throw last;
    }
  }

  /** A server that breaks every connection at once shall not be asked a thousand times a second. */
  private void pause() throws ImageException {
    try {
      Thread.sleep(Backoff.after(vainAtAll));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted();
    }
  }

  private ImageException interrupted() {
    return new ImageException.Cancelled(subject, "interrupted after " + received + " bytes");
  }

  @Override
  public void close() {
    BlobPart current = part;
    part = null;
    if (current != null) {
      current.close();
    }
  }
}
