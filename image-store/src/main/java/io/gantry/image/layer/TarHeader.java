package io.gantry.image.layer;

import io.gantry.image.error.ImageException;
import io.gantry.linux.KernelText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * The fields of one 512-byte tar header, at their offsets (POSIX.1-2017 pax, "ustar Interchange
 * Format", and GNU tar's base-256 numbers).
 */
final class TarHeader {

  static final int BLOCK = 512;

  private static final int NAME = 0;
  private static final int MODE = 100;
  private static final int UID = 108;
  private static final int GID = 116;
  private static final int SIZE = 124;
  private static final int MTIME = 136;
  private static final int CHECKSUM = 148;
  private static final int TYPE = 156;
  private static final int LINK_NAME = 157;
  private static final int MAGIC = 257;
  private static final int MAJOR = 329;
  private static final int MINOR = 337;
  private static final int PREFIX = 345;

  /** Of GNU tar's sparse files: the first parts of the map, and where more of it is. */
  private static final int PARTS = 386;

  private static final int PARTS_HERE = 4;
  private static final int PARTS_IN_BLOCK = 21;
  private static final int PART = 24;
  private static final int CONTINUED = 482;
  private static final int BLOCK_CONTINUED = 504;
  private static final int REAL_SIZE = 483;

  private final byte[] bytes;
  private final int at;

  TarHeader(byte[] bytes, int at) {
    this.bytes = bytes;
    this.at = at;
  }

  boolean isZero() {
    for (int i = at; i < at + BLOCK; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** Some writers summed signed bytes, so both sums count. */
  void requireChecksum() throws ImageException {
    int unsigned = 0;
    int signed = 0;
    for (int i = 0; i < BLOCK; i++) {
      boolean inChecksum = i >= CHECKSUM && i < CHECKSUM + 8;
      byte b = inChecksum ? (byte) ' ' : bytes[at + i];
      unsigned += b & 0xff;
      signed += b;
    }
    long written = number(CHECKSUM, 8, "checksum");
    if (written != unsigned && written != signed) {
      throw damaged("the header checksum does not fit");
    }
  }

  String name() {
    String name = text(NAME, 100);
    String prefix = isPosix() ? text(PREFIX, 155) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  /** GNU tar writes other things where POSIX has the prefix. */
  private boolean isPosix() {
    return bytes[at + MAGIC + 5] == 0
        && "ustar".equals(new String(bytes, at + MAGIC, 5, StandardCharsets.US_ASCII));
  }

  String linkName() {
    return text(LINK_NAME, 100);
  }

  char type() {
    return (char) (bytes[at + TYPE] & 0xff);
  }

  long size() throws ImageException {
    long size = number(SIZE, 12, "size");
    if (size < 0) {
      throw damaged("the size is negative");
    }
    return size;
  }

  int mode() throws ImageException {
    return (int) number(MODE, 8, "mode") & 07777;
  }

  long uid() throws ImageException {
    return number(UID, 8, "uid");
  }

  long gid() throws ImageException {
    return number(GID, 8, "gid");
  }

  Instant modified() throws ImageException {
    long seconds = number(MTIME, 12, "mtime");
    if (seconds < Instant.MIN.getEpochSecond() || seconds > Instant.MAX.getEpochSecond()) {
      throw damaged("the mtime " + seconds + " is out of range");
    }
    return Instant.ofEpochSecond(seconds);
  }

  int major() throws ImageException {
    return deviceNumber(MAJOR, "device major");
  }

  int minor() throws ImageException {
    return deviceNumber(MINOR, "device minor");
  }

  /** What a sparse file's header says of where its bytes lie. */
  SparseMap sparseMap(String name) throws ImageException {
    SparseMap map = new SparseMap(name, number(REAL_SIZE, 12, "real size"));
    parts(map, PARTS, PARTS_HERE);
    return map;
  }

  /** Whether a block with more of it follows this header. */
  boolean isContinued() {
    return bytes[at + CONTINUED] != 0;
  }

  /** Reads this block as one that goes on with a map; whether one more follows. */
  boolean continues(SparseMap map) throws ImageException {
    parts(map, 0, PARTS_IN_BLOCK);
    return bytes[at + BLOCK_CONTINUED] != 0;
  }

  private void parts(SparseMap map, int from, int count) throws ImageException {
    for (int i = from; i < from + count * PART && bytes[at + i] != 0; i += PART) {
      map.add(number(i, 12, "offset"), number(i + 12, 12, "length"));
    }
  }

  private int deviceNumber(int offset, String field) throws ImageException {
    long number = number(offset, 8, field);
    if (number < 0 || number > 0xfffff) {
      throw damaged("the " + field + " " + number + " is out of range");
    }
    return (int) number;
  }

  private String text(int offset, int length) {
    int start = at + offset;
    int end = start;
    while (end < start + length && bytes[end] != 0) {
      end++;
    }
    return KernelText.text(bytes, start, end - start);
  }

  private long number(int offset, int length, String field) throws ImageException {
    int start = at + offset;
    if ((bytes[start] & 0x80) != 0) {
      return base256(start, length, field);
    }
    return octal(start, start + length, field);
  }

  private long octal(int start, int end, String field) throws ImageException {
    int i = start;
    while (i < end && (bytes[i] == ' ' || bytes[i] == 0)) {
      i++;
    }
    long value = 0;
    for (; i < end && bytes[i] != ' ' && bytes[i] != 0; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 7) {
        throw damaged("the " + field + " is not an octal number");
      }
      value = value << 3 | digit;
    }
    return value;
  }

  /** Two's complement over the field, whose first bit only marks the form. */
  private long base256(int start, int length, String field) throws ImageException {
    boolean negative = (bytes[start] & 0x40) != 0;
    long value = negative ? -1 : 0;
    for (int i = 0; i < length; i++) {
      int b = bytes[start + i] & 0xff;
      int digit = i > 0 ? b : negative ? b | 0x80 : b & 0x7f;
      boolean fits = value >= -(1L << 54) && value < 1L << 54;
      if (!fits) {
        throw damaged("the " + field + " is out of range");
      }
      value = value << 8 | digit;
    }
    return value;
  }

  private ImageException damaged(String reason) {
    return new ImageException.Corrupt("tar header", reason, "build or push the image again", null);
  }
}
