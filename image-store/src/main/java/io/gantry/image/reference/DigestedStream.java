package io.gantry.image.reference;

import io.gantry.image.error.ImageException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * A stream that is not allowed to end before its bytes have the digest and size they were promised
 * with. The end is reported only after both fit. One thread.
 */
public final class DigestedStream extends FilterInputStream {

  /** For a stream whose size nobody promised. */
  public static final long UNKNOWN_SIZE = -1;

  private static final int DRAIN_CHUNK = 64 << 10;

  private final String subject;
  private final Digest expected;
  private final long expectedSize;
  private final MessageDigest hash;
  private long count;
  private boolean verified;
  private @Nullable ImageException damage;

  /**
   * @param subject what the bytes are, for messages
   * @param expectedSize bytes, or {@link #UNKNOWN_SIZE}
   */
  public DigestedStream(InputStream in, String subject, Digest expected, long expectedSize) {
    super(in);
    this.subject = subject;
    this.expected = expected;
    this.expectedSize = expectedSize;
    this.hash = expected.newHash();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (damage != null) {
      throw damage;
    }
    int n = in.read(target, offset, length);
    if (n > 0) {
      hash.update(target, offset, n);
      count += n;
      refuseExcess();
    } else if (n < 0 && !verified) {
      verify();
    }
    return n;
  }

  private void refuseExcess() throws ImageException {
    if (expectedSize != UNKNOWN_SIZE && count > expectedSize) {
      throw corrupt("is longer than the promised " + expectedSize + " bytes");
    }
  }

  private void verify() throws ImageException {
    if (expectedSize != UNKNOWN_SIZE && count < expectedSize) {
      throw corrupt("is cut short: " + count + " of " + expectedSize + " bytes");
    }
    Digest actual = expected.finish(hash);
    if (!actual.equals(expected)) {
      throw corrupt("has the wrong digest " + actual + " after " + count + " bytes");
    }
    verified = true;
  }

  private ImageException corrupt(String reason) {
    ImageException found =
        new ImageException.Corrupt(
            subject, reason, "pull again; if it persists, the source is damaged", null);
    damage = found;
    return found;
  }

  /** Reads to the end, so that the digest is checked over everything. */
  public void drain() throws IOException {
    byte[] chunk = new byte[DRAIN_CHUNK];
    while (!verified) {
      int n = read(chunk, 0, chunk.length);
      if (n == 0) {
        throw new IOException(subject + ": stream gives nothing");
      }
    }
  }

  /** Bytes read so far. */
  public long count() {
    return count;
  }

  @Override
  public long skip(long wanted) throws IOException {
    byte[] chunk = new byte[(int) Math.min(DRAIN_CHUNK, Math.max(1, wanted))];
    return Math.max(0, read(chunk, 0, chunk.length));
  }

  @Override
  public void close() throws IOException {
    hash.reset();
    in.close();
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
