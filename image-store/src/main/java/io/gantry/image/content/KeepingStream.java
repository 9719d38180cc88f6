package io.gantry.image.content;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes down what is read. The file is whole when the stream was read to its end. One thread. */
final class KeepingStream extends FilterInputStream {

  private final OutputStream kept;

  /**
   * @param file made anew
   */
  KeepingStream(InputStream in, Path file) throws IOException {
    super(in);
    this.kept = Files.newOutputStream(file);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int n = in.read(target, offset, length);
    if (n > 0) {
      kept.write(target, offset, n);
    }
    return n;
  }

  @Override
  public long skip(long wanted) throws IOException {
    byte[] chunk = new byte[(int) Math.min(64 << 10, Math.max(1, wanted))];
    return Math.max(0, read(chunk, 0, chunk.length));
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  @Override
  public void close() throws IOException {
    try (kept) {
      in.close();
    }
  }
}
