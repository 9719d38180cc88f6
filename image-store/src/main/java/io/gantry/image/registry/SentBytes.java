package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What one request carries of a blob, opened anew as often as the request goes. The publisher of
 * the JDK closes its stream only at the end of that, so a request that is cut leaves it open:
 * closing this closes what is left. Safe for all threads.
 */
final class SentBytes implements AutoCloseable {

  private final Destination.Bytes whole;
  private final long offset;
  private final long length;
  private final String subject;
  private final List<Slice> slices = new ArrayList<>();
  private boolean closed;

  /**
   * @param length from the offset on, in bytes
   * @param subject the blob, for messages
   */
  SentBytes(Destination.Bytes whole, long offset, long length, String subject) {
    this.whole = whole;
    this.offset = offset;
    this.length = length;
    this.subject = subject;
  }

  /** How many there are. */
  long length() {
    return length;
  }

  BodyPublisher publisher() {
    return length == 0
        ? BodyPublishers.noBody()
        : BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(this::slice), length);
  }

  private synchronized InputStream slice() {
    if (closed) {
      return InputStream.nullInputStream();
    }
    Slice slice = new Slice(whole, offset, length);
    slices.add(slice);
    return slice;
  }

  /**
   * Tells a failure of this machine as such: to the HTTP client it looks like a broken connection.
   *
   * @param told what the request failed with
   * @throws ImageException.Storage when the bytes could not be read
   */
  synchronized void requireRead(ImageException told) throws ImageException {
    IOException failure =
        slices.stream().map(Slice::failure).filter(Objects::nonNull).findFirst().orElse(null);
    if (failure == null) {
      return;
    }
    ImageException own =
        failure instanceof ImageException e
            ? e
            : storage("cannot read what is to be sent", failure);
    own.addSuppressed(told);
    throw own;
  }

  private ImageException storage(String what, IOException cause) {
    return new ImageException.Storage(
        subject, what + ": " + cause, "check the disk of the image store, then push again", cause);
  }

  @Override
  public synchronized void close() throws ImageException {
    closed = true;
    for (Slice slice : slices) {
      try {
        slice.close();
      } catch (IOException e) {
        throw storage("cannot close what was sent", e);
      }
    }
  }
}
