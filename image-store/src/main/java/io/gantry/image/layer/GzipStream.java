package io.gantry.image.layer;

import io.gantry.image.error.ImageException;
import io.gantry.linux.deflate.Inflation;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.DataFormatException;

/**
 * Inflates gzip of any number of members (RFC 1952) straight into the caller's array. The JDK's
 * stream decides about a further member by {@code available()}, which a socket answers with 0. The
 * trailers' checksums are not computed: both digests around this stream are stronger. One thread.
 */
final class GzipStream extends InputStream {

  private static final int FHCRC = 2;
  private static final int FEXTRA = 4;
  private static final int FNAME = 8;
  private static final int FCOMMENT = 16;
  private static final int TRAILER = 8;

  private final InputStream in;
  private final Inflation inflation = Inflation.open();
  private final byte[] buffer;
  private int position;
  private int limit;
  private boolean ended;
  private boolean inMember;
  private boolean read;

  GzipStream(InputStream in, int bufferSize) {
    this.in = in;
    this.buffer = new byte[bufferSize];
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!ended) {
      if (!inMember && !beginMember()) {
        ended = true;
        break;
      }
      int n = inflate(target, offset, length);
      if (n > 0) {
        return n;
      }
    }
    return -1;
  }

  private int inflate(byte[] target, int offset, int length) throws IOException {
    try {
      int n = inflation.inflate(target, offset, length);
      if (inflation.isFinished()) {
        endMember();
      } else if (n == 0) {
        feed();
      }
      return n;
    } catch (DataFormatException e) {
      throw damaged(String.valueOf(e.getMessage()));
    }
  }

  private void feed() throws IOException {
    position = 0;
    limit = Math.max(0, in.read(buffer, 0, buffer.length));
    if (limit == 0) {
      throw damaged("it ends in the middle");
    }
    inflation.input(buffer, 0, limit);
    position = limit;
  }

  private void endMember() throws IOException {
    position = limit - inflation.remaining();
    for (int i = 0; i < TRAILER; i++) {
      require();
    }
    inMember = false;
  }

  /** False at the end of the stream, or at the zeros that some writers pad with. */
  private boolean beginMember() throws IOException {
    int first = next();
    if (first < 0 || (first == 0 && read)) {
      return false;
    }
    if (first != 0x1f || require() != 0x8b || require() != 8) {
      throw damaged("it does not begin like gzip");
    }
    skipHeader(require());
    inflation.reset();
    inflation.input(buffer, position, limit - position);
    position = limit;
    inMember = true;
    read = true;
    return true;
  }

  private void skipHeader(int flags) throws IOException {
    skip(6);
    if ((flags & FEXTRA) != 0) {
      skip(require() | require() << 8);
    }
    if ((flags & FNAME) != 0) {
      skipText();
    }
    if ((flags & FCOMMENT) != 0) {
      skipText();
    }
    if ((flags & FHCRC) != 0) {
      skip(2);
    }
  }

  private void skip(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      require();
    }
  }

  private void skipText() throws IOException {
    while (require() != 0) {
      // A zero ends it.
    }
  }

  private int require() throws IOException {
    int b = next();
    if (b < 0) {
      throw damaged("it ends in the middle");
    }
    return b;
  }

  private int next() throws IOException {
    if (position == limit) {
      position = 0;
      limit = Math.max(0, in.read(buffer, 0, buffer.length));
      if (limit == 0) {
        return -1;
      }
    }
    return buffer[position++] & 0xff;
  }

  private static ImageException damaged(String reason) {
    return new ImageException.Corrupt("gzip stream", reason, "pull or build the image again", null);
  }

  /** Gives the native memory back; the source stays open. */
  @Override
  public void close() {
    inflation.close();
  }
}
