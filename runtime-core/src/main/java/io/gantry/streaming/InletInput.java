package io.gantry.streaming;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** An {@link Inlet} for whoever reads an {@link InputStream}. */
final class InletInput extends InputStream {

  private final Inlet inlet;
  private @Nullable ByteBuffer rest;

  InletInput(Inlet inlet) {
    this.inlet = inlet;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int at, int length) throws IOException {
    ByteBuffer from = rest;
    if (from == null || !from.hasRemaining()) {
      try {
        from = inlet.take();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException();
      }
      rest = from;
    }
    if (from == null) {
      return -1;
    }
    int count = Math.min(length, from.remaining());
    from.get(to, at, count);
    return count;
  }
}
