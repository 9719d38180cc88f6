package io.gantry.image.layer;

import io.gantry.linux.KernelText;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * The blocks that stand before an entry's content: a ustar header, with a pax header before it for
 * what does not fit (POSIX.1-2017 pax, "ustar Interchange Format"). The same entry gives the same
 * bytes, and {@link TarReader} reads the same entry from them.
 */
public final class TarHead {

  /** Headers and contents take whole blocks. */
  public static final int BLOCK = 512;

  private static final int MAX_NAME = 100;
  private static final long MAX_SIZE = 077777777777L;
  private static final long MAX_TIME = 077777777777L;
  private static final int MAX_OWNER = 07777777;
  private static final int NANOS = 1_000_000_000;

  private TarHead() {}

  /** The head of an entry, whole blocks. */
  public static byte[] of(TarEntry entry) {
    Map<String, byte[]> records = records(entry);
    ByteArrayOutputStream out = new ByteArrayOutputStream(BLOCK);
    if (!records.isEmpty()) {
      byte[] body = pax(records);
      out.writeBytes(new Block("pax", 'x', 0644, body.length).sealed());
      out.writeBytes(body);
      out.writeBytes(new byte[padding(body.length)]);
    }
    out.writeBytes(header(entry));
    return out.toByteArray();
  }

  /** How many bytes follow a content, so that it takes whole blocks. */
  public static int padding(long size) {
    return (int) (-size & (BLOCK - 1));
  }

  private static byte[] header(TarEntry entry) {
    Block block =
        new Block(entry.name(), type(entry.kind()), entry.mode(), Math.min(entry.size(), MAX_SIZE));
    block.octal(108, 8, fitting(entry.uid()));
    block.octal(116, 8, fitting(entry.gid()));
    long seconds = entry.modified().getEpochSecond();
    block.octal(136, 12, seconds < 0 || seconds > MAX_TIME ? 0 : seconds);
    block.text(157, MAX_NAME, entry.linkName());
    if (entry.kind() == TarEntry.Kind.CHARACTER_DEVICE
        || entry.kind() == TarEntry.Kind.BLOCK_DEVICE) {
      block.octal(329, 8, entry.deviceMajor());
      block.octal(337, 8, entry.deviceMinor());
    }
    return block.sealed();
  }

  private static char type(TarEntry.Kind kind) {
    return switch (kind) {
      case FILE -> '0';
      case HARD_LINK -> '1';
      case SYMLINK -> '2';
      case CHARACTER_DEVICE -> '3';
      case BLOCK_DEVICE -> '4';
      case DIRECTORY -> '5';
      case FIFO -> '6';
    };
  }

  private static long fitting(int owner) {
    return owner < 0 || owner > MAX_OWNER ? 0 : owner;
  }

  private static Map<String, byte[]> records(TarEntry entry) {
    Map<String, byte[]> records = new TreeMap<>();
    addIfLong(records, "path", entry.name());
    addIfLong(records, "linkpath", entry.linkName());
    addOwner(records, "uid", entry.uid());
    addOwner(records, "gid", entry.gid());
    if (entry.size() > MAX_SIZE) {
      records.put("size", text(Long.toString(entry.size())));
    }
    Instant modified = entry.modified();
    boolean whole = modified.getNano() == 0;
    if (!whole || modified.getEpochSecond() < 0 || modified.getEpochSecond() > MAX_TIME) {
      records.put("mtime", text(time(modified)));
    }
    entry.xattrs().forEach((name, value) -> records.put(PaxRecords.XATTR + name, value));
    return records;
  }

  private static void addIfLong(Map<String, byte[]> records, String key, String value) {
    byte[] bytes = KernelText.bytes(value);
    if (bytes.length > MAX_NAME || bytes.length != value.length()) {
      records.put(key, bytes);
    }
  }

  private static void addOwner(Map<String, byte[]> records, String key, int owner) {
    if (owner < 0 || owner > MAX_OWNER) {
      records.put(key, text(Integer.toUnsignedString(owner)));
    }
  }

  /** Seconds with as much of a fraction as there is; before 1970 both count backwards. */
  private static String time(Instant time) {
    long seconds = time.getEpochSecond();
    int nanos = time.getNano();
    boolean before = seconds < 0 && nanos > 0;
    String whole = (before && seconds == -1 ? "-" : "") + (before ? seconds + 1 : seconds);
    String fraction = "%09d".formatted(before ? NANOS - nanos : nanos).replaceAll("0+$", "");
    return fraction.isEmpty() ? whole : whole + "." + fraction;
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Each record begins with its length, which counts itself. */
  private static byte[] pax(Map<String, byte[]> records) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    records.forEach((key, value) -> {
      byte[] name = KernelText.bytes(key);
      int rest = name.length + value.length + 3;
      int length = rest;
      while (length != rest + Integer.toString(length).length()) {
        length = rest + Integer.toString(length).length();
      }
      out.writeBytes(text(Integer.toString(length)));
      out.write(' ');
      out.writeBytes(name);
      out.write('=');
      out.writeBytes(value);
      out.write('\n');
    });
    return out.toByteArray();
  }

  /** One header block being filled. */
  private static final class Block {
    private final byte[] bytes = new byte[BLOCK];

    Block(String name, char type, int mode, long size) {
      text(0, MAX_NAME, name);
      octal(100, 8, mode);
      octal(108, 8, 0);
      octal(116, 8, 0);
      octal(124, 12, size);
      octal(136, 12, 0);
      bytes[156] = (byte) type;
      text(257, 6, "ustar");
      bytes[263] = '0';
      bytes[264] = '0';
    }

    void text(int at, int length, String text) {
      byte[] whole = KernelText.bytes(text);
      System.arraycopy(whole, 0, bytes, at, Math.min(whole.length, length));
    }

    void octal(int at, int length, long value) {
      String digits = Long.toOctalString(value);
      text(at, length - 1, "0".repeat(length - 1 - digits.length()) + digits);
      bytes[at + length - 1] = 0;
    }

    byte[] sealed() {
      text(148, 8, "        ");
      int sum = 0;
      for (byte each : bytes) {
        sum += each & 0xff;
      }
      octal(148, 7, sum);
      return bytes;
    }
  }
}
