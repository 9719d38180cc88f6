package io.gantry.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** Builds tar bytes entry by entry, honest or hostile. */
public final class TarBytes {

  private static final int BLOCK = 512;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  public TarBytes directory(String name) {
    return directory(name, 0755);
  }

  public TarBytes directory(String name, int mode) {
    return entry(name, '5', mode, new byte[0], "");
  }

  public TarBytes file(String name, String content) {
    return entry(name, '0', 0644, content.getBytes(StandardCharsets.UTF_8), "");
  }

  public TarBytes file(String name, int mode, byte[] content) {
    return entry(name, '0', mode, content, "");
  }

  public TarBytes symlink(String name, String target) {
    return entry(name, '2', 0777, new byte[0], target);
  }

  public TarBytes hardLink(String name, String target) {
    return entry(name, '1', 0644, new byte[0], target);
  }

  public TarBytes fifo(String name) {
    return entry(name, '6', 0644, new byte[0], "");
  }

  public TarBytes device(String name, char type, int major, int minor) {
    byte[] header = header(name, type, 0600, 0, "");
    octal(header, 329, 8, major);
    octal(header, 337, 8, minor);
    return raw(sealed(header));
  }

  public TarBytes pax(Map<String, byte[]> records) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    records.forEach((key, value) -> {
      byte[] head = (" " + key + "=").getBytes(StandardCharsets.UTF_8);
      int rest = head.length + value.length + 1;
      int length = rest + 1;
      while (length != rest + Integer.toString(length).length()) {
        length = rest + Integer.toString(length).length();
      }
      body.writeBytes(Integer.toString(length).getBytes(StandardCharsets.US_ASCII));
      body.writeBytes(head);
      body.writeBytes(value);
      body.write('\n');
    });
    return entry("PaxHeaders/x", 'x', 0644, body.toByteArray(), "");
  }

  public TarBytes gnuLongName(char type, String text) {
    byte[] content = (text + "\0").getBytes(StandardCharsets.UTF_8);
    return entry("././@LongLink", type, 0644, content, "");
  }

  public TarBytes entry(String name, char type, int mode, byte[] content, String link) {
    raw(sealed(header(name, type, mode, content.length, link)));
    raw(content);
    return raw(new byte[-content.length & (BLOCK - 1)]);
  }

  /** A header that promises more content than follows. */
  public TarBytes lyingFile(String name, long promised, byte[] content) {
    raw(sealed(header(name, '0', 0644, promised, "")));
    return raw(content);
  }

  public static byte[] header(String name, char type, int mode, long size, String link) {
    byte[] block = new byte[BLOCK];
    text(block, 0, 100, name);
    octal(block, 100, 8, mode);
    octal(block, 108, 8, 0);
    octal(block, 116, 8, 0);
    octal(block, 124, 12, size);
    octal(block, 136, 12, 1_700_000_000L);
    block[156] = (byte) type;
    text(block, 157, 100, link);
    text(block, 257, 6, "ustar");
    block[263] = '0';
    block[264] = '0';
    return block;
  }

  public static byte[] sealed(byte[] header) {
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    octal(header, 148, 7, sum);
    return header;
  }

  public static void text(byte[] block, int at, int length, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, block, at, Math.min(length, bytes.length));
  }

  private static void octal(byte[] block, int at, int length, long value) {
    String digits = Long.toOctalString(value);
    text(block, at, length, "0".repeat(Math.max(0, length - 1 - digits.length())) + digits);
    block[at + length - 1] = 0;
  }

  public TarBytes raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /** With the two zero blocks at the end. */
  public byte[] bytes() {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(out.toByteArray());
    whole.writeBytes(new byte[2 * BLOCK]);
    return whole.toByteArray();
  }

  /** Without an end marker. */
  public byte[] unfinished() {
    return out.toByteArray();
  }
}
