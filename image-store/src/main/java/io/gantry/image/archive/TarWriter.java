package io.gantry.image.archive;

import io.gantry.image.layer.TarEntry;
import io.gantry.image.layer.TarHead;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Map;

/**
 * Writes tar entries whose bytes depend on their content alone: no times, owners 0:0, pax headers
 * only for names that do not fit. One thread.
 */
final class TarWriter {

  private final OutputStream out;

  TarWriter(OutputStream out) {
    this.out = out;
  }

  void directory(String name, int mode) throws IOException {
    entry(name + "/", TarEntry.Kind.DIRECTORY, mode, 0, "");
  }

  void symlink(String name, String target) throws IOException {
    entry(name, TarEntry.Kind.SYMLINK, 0777, 0, target);
  }

  /**
   * Another name for a file that was written before.
   *
   * @param mode that of the file, because some readers set it again
   */
  void hardLink(String name, int mode, String target) throws IOException {
    entry(name, TarEntry.Kind.HARD_LINK, mode, 0, target);
  }

  void file(String name, int mode, byte[] content) throws IOException {
    entry(name, TarEntry.Kind.FILE, mode, content.length, "");
    out.write(content);
    pad(content.length);
  }

  /** Content of exactly {@code size} bytes. */
  void file(String name, int mode, long size, InputStream content) throws IOException {
    entry(name, TarEntry.Kind.FILE, mode, size, "");
    long copied = content.transferTo(out);
    if (copied != size) {
      throw new IOException(name + " changed while it was read: " + copied + " bytes of " + size);
    }
    pad(size);
  }

  private void entry(String name, TarEntry.Kind kind, int mode, long size, String target)
      throws IOException {
    out.write(
        TarHead.of(
            new TarEntry(name, kind, mode, 0, 0, size, Instant.EPOCH, target, 0, 0, Map.of())));
  }

  private void pad(long size) throws IOException {
    out.write(new byte[TarHead.padding(size)]);
  }

  /** Writes the end marker; the stream stays open. */
  void finish() throws IOException {
    out.write(new byte[2 * TarHead.BLOCK]);
    out.flush();
  }
}
