package io.gantry.image.registry;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A part of a blob that is as long as was announced. It is opened when its first byte is wanted,
 * and knows afterwards whether its source failed. A thread of the HTTP client reads it, the one
 * that waits for the answer closes it; safe for both.
 */
final class Slice extends InputStream {

  private final Destination.Bytes whole;
  private final long offset;
  private long left;
  private @Nullable InputStream in;
  private @Nullable IOException failure;
  private boolean closed;

  Slice(Destination.Bytes whole, long offset, long length) {
    this.whole = whole;
    this.offset = offset;
    this.left = length;
  }

  /** Why its source could not be read to the end of the part; null when nothing like that was. */
  synchronized @Nullable IOException failure() {
    return failure;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public synchronized int read(byte[] target, int at, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    if (closed) {
      throw new IOException("nobody waits for the answer any more");
    }
    try {
      int n = opened().read(target, at, (int) Math.min(length, left));
      if (n < 0) {
        throw new EOFException("it ends " + left + " bytes too early");
      }
      left -= n;
      return n;
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  private InputStream opened() throws IOException {
    InputStream existing = in;
    if (existing != null) {
      return existing;
    }
    InputStream fresh = whole.open();
    in = fresh;
    fresh.skipNBytes(offset);
    return fresh;
  }

  @Override
  public synchronized void close() throws IOException {
    InputStream existing = in;
    boolean first = !closed;
    closed = true;
    if (first && existing != null) {
      existing.close();
    }
  }
}
