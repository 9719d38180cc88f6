package io.gantry.image.registry;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A part of a stream that is as long as was announced. One thread. */
final class Slice extends FilterInputStream {

  private long left;

  /**
   * Skips what comes before the part.
   *
   * @param whole closed with this, and when it is too short for that
   */
  static Slice of(InputStream whole, long offset, long length) throws IOException {
    try {
      whole.skipNBytes(offset);
      return new Slice(whole, length);
    } catch (IOException e) {
      whole.close();
      throw e;
    }
  }

  private Slice(InputStream whole, long length) {
    super(whole);
    this.left = length;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    int n = in.read(target, offset, (int) Math.min(length, left));
    left -= Math.max(0, n);
    return n;
  }
}
