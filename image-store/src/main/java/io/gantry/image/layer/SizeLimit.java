package io.gantry.image.layer;

import io.gantry.image.error.ImageException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Stops a decompression bomb: a stream that may not give more than so many bytes. One thread. */
public final class SizeLimit extends FilterInputStream {

  private final String subject;
  private final long limit;
  private long count;

  /**
   * Wraps a stream.
   *
   * @param subject what it is, for the message
   * @param limit bytes
   */
  public SizeLimit(InputStream in, String subject, long limit) {
    super(in);
    this.subject = subject;
    this.limit = limit;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int n = in.read(target, offset, length);
    count += Math.max(0, n);
    if (count > limit) {
      throw new ImageException.Refused(
          subject,
          "it grows beyond the limit of " + limit + " bytes",
          "raise image.max_layer_bytes if you trust the image");
    }
    return n;
  }

  @Override
  public long skip(long wanted) throws IOException {
    byte[] chunk = new byte[(int) Math.min(4096, Math.max(1, wanted))];
    return Math.max(0, read(chunk, 0, chunk.length));
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
