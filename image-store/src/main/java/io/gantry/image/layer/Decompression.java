package io.gantry.image.layer;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.gantry.image.error.ImageException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;

/**
 * Finds out by the first bytes how a stream is compressed. Media types are not asked: archives have
 * none, and registries hold layers whose type lies.
 */
public final class Decompression {

  private static final int BUFFER = 64 << 10;
  private static final int MAGIC = 4;

  /**
   * 32 MiB of window, which are taken from the machine for each zstd stream that asks for them (RFC
   * 8878, 3.1.1.1.2, leaves the limit to the decoder). Encoders of images stay at or below it.
   */
  private static final int MAX_WINDOW_LOG = 25;

  private Decompression() {}

  /** The plain bytes of a gzip, zstd or plain stream; closing it leaves {@code in} open. */
  public static InputStream of(InputStream in) throws IOException {
    PushbackInputStream source = new PushbackInputStream(in, MAGIC);
    byte[] magic = new byte[MAGIC];
    int n = source.readNBytes(magic, 0, MAGIC);
    source.unread(magic, 0, n);
    InputStream held = new HeldOpen(source);
    if (n >= 2 && magic[0] == 0x1f && magic[1] == (byte) 0x8b) {
      return new GzipStream(held, BUFFER);
    }
    if (n == MAGIC && isZstd(magic)) {
      return new ZstdFailures(new ZstdInputStreamNoFinalizer(held).setLongMax(MAX_WINDOW_LOG));
    }
    return held;
  }

  /** A zstd frame, or a skippable one before it (RFC 8878). */
  private static boolean isZstd(byte[] magic) {
    boolean frame =
        magic[0] == 0x28 && magic[1] == (byte) 0xb5 && magic[2] == 0x2f && magic[3] == (byte) 0xfd;
    boolean skippable =
        (magic[0] & 0xf0) == 0x50 && magic[1] == 0x2a && magic[2] == 0x4d && magic[3] == 0x18;
    return frame || skippable;
  }

  /** Tells damage in the frames from failures of the source below. */
  private static final class ZstdFailures extends FilterInputStream {
    ZstdFailures(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      try {
        return in.read(target, offset, length);
      } catch (ZstdIOException e) {
        if (e.getErrorCode() == Zstd.errFrameParameterWindowTooLarge()) {
          throw new ImageException.Refused(
              "zstd stream",
              "it needs a window of more than " + (1 << MAX_WINDOW_LOG) + " bytes",
              "compress the layer without --ultra or --long");
        }
        throw new ImageException.Corrupt(
            "zstd stream", String.valueOf(e.getMessage()), "pull or build the image again", e);
      }
    }
  }

  private static final class HeldOpen extends FilterInputStream {
    HeldOpen(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return in.read(target, offset, length);
    }

    @Override
    public void close() {
      // The owner of the source closes it.
    }
  }
}
