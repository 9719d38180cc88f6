package io.gantry.image.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes ustar entries whose bytes depend on their content alone: no times, owners 0:0, pax headers
 * only for names that do not fit. One thread.
 */
final class TarWriter {

  private static final int BLOCK = 512;
  private static final int MAX_NAME = 100;
  private static final long MAX_OCTAL_SIZE = 077777777777L;

  static final char FILE = '0';
  static final char HARD_LINK = '1';
  static final char SYMLINK = '2';
  static final char DIRECTORY = '5';
  private static final char PAX = 'x';

  private final OutputStream out;

  TarWriter(OutputStream out) {
    this.out = out;
  }

  void directory(String name, int mode) throws IOException {
    entry(name + "/", DIRECTORY, mode, 0, "");
  }

  void symlink(String name, String target) throws IOException {
    entry(name, SYMLINK, 0777, 0, target);
  }

  /**
   * Another name for a file that was written before.
   *
   * @param mode that of the file, because some readers set it again
   */
  void hardLink(String name, int mode, String target) throws IOException {
    entry(name, HARD_LINK, mode, 0, target);
  }

  void file(String name, int mode, byte[] content) throws IOException {
    entry(name, FILE, mode, content.length, "");
    out.write(content);
    pad(content.length);
  }

  /** Content of exactly {@code size} bytes. */
  void file(String name, int mode, long size, InputStream content) throws IOException {
    entry(name, FILE, mode, size, "");
    long copied = content.transferTo(out);
    if (copied != size) {
      throw new IOException(name + " changed while it was read: " + copied + " bytes of " + size);
    }
    pad(size);
  }

  private void entry(String name, char type, int mode, long size, String target)
      throws IOException {
    StringBuilder pax = new StringBuilder();
    addIfLong(pax, "path", name, MAX_NAME);
    addIfLong(pax, "linkpath", target, MAX_NAME);
    if (size > MAX_OCTAL_SIZE) {
      pax.append(record("size", Long.toString(size)));
    }
    if (!pax.isEmpty()) {
      byte[] records = pax.toString().getBytes(StandardCharsets.UTF_8);
      header("pax", PAX, 0644, records.length, "");
      out.write(records);
      pad(records.length);
    }
    header(name, type, mode, Math.min(size, MAX_OCTAL_SIZE), target);
  }

  private static void addIfLong(StringBuilder pax, String key, String value, int limit) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > limit || bytes.length != value.length()) {
      pax.append(record(key, value));
    }
  }

  /** The length counts itself. */
  private static String record(String key, String value) {
    int rest = (" " + key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8).length;
    int length = rest;
    while (length != rest + Integer.toString(length).length()) {
      length = rest + Integer.toString(length).length();
    }
    return length + " " + key + "=" + value + "\n";
  }

  private void header(String name, char type, int mode, long size, String target)
      throws IOException {
    byte[] block = new byte[BLOCK];
    text(block, 0, MAX_NAME, name);
    octal(block, 100, 8, mode);
    octal(block, 108, 8, 0);
    octal(block, 116, 8, 0);
    octal(block, 124, 12, size);
    octal(block, 136, 12, 0);
    Arrays.fill(block, 148, 156, (byte) ' ');
    block[156] = (byte) type;
    text(block, 157, MAX_NAME, target);
    text(block, 257, 6, "ustar");
    block[263] = '0';
    block[264] = '0';
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    octal(block, 148, 7, sum);
    out.write(block);
  }

  private static void text(byte[] block, int at, int length, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, block, at, Math.min(bytes.length, length));
  }

  private static void octal(byte[] block, int at, int length, long value) {
    String digits = Long.toOctalString(value);
    text(block, at, length - 1, "0".repeat(length - 1 - digits.length()) + digits);
    block[at + length - 1] = 0;
  }

  private void pad(long size) throws IOException {
    out.write(new byte[(int) (-size & (BLOCK - 1))]);
  }

  /** Writes the end marker; the stream stays open. */
  void finish() throws IOException {
    out.write(new byte[2 * BLOCK]);
    out.flush();
  }
}
