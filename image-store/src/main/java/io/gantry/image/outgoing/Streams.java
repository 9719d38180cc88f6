package io.gantry.image.outgoing;

import io.gantry.image.error.ImageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Copies what may be long, in one buffer, until somebody interrupts. */
final class Streams {

  private static final int CHUNK = 128 << 10;

  private Streams() {}

  /** Copies to the end; the answer is the number of bytes. */
  static long copy(InputStream from, OutputStream to, String subject) throws IOException {
    byte[] chunk = new byte[CHUNK];
    long count = 0;
    for (int n = from.read(chunk); n > 0; n = from.read(chunk)) {
      to.write(chunk, 0, n);
      count += n;
      if (Thread.currentThread().isInterrupted()) {
        throw new ImageException.Cancelled(subject, "interrupted after " + count + " bytes");
      }
    }
    return count;
  }
}
