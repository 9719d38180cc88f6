package io.gantry.image.layer;

import io.gantry.image.error.ImageException;
import io.gantry.linux.KernelText;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The records of a pax extended header: {@code "<length> <key>=<value>\n"} (POSIX.1-2017 pax,
 * "Extended Header"). Values stay bytes, because an extended attribute is not text.
 */
final class PaxRecords {

  static final PaxRecords NONE = new PaxRecords(Map.of());

  /** Writers set a dozen, and one for each extended attribute. */
  private static final int MAX_RECORDS = 1000;

  static final String XATTR = "SCHILY.xattr.";

  private static final String SPARSE = "GNU.sparse.";
  private static final String SPARSE_MAP = SPARSE + "map";

  /** The oldest form has a record for each number of the map, under these two names in turn. */
  private static final Set<String> SPARSE_NUMBERS = Set.of(SPARSE + "offset", SPARSE + "numbytes");

  private final Map<String, byte[]> records;

  private PaxRecords(Map<String, byte[]> records) {
    this.records = records;
  }

  static PaxRecords parse(byte[] block) throws ImageException {
    Map<String, byte[]> records = new LinkedHashMap<>();
    ByteArrayOutputStream numbers = new ByteArrayOutputStream();
    int at = 0;
    while (at < block.length && block[at] != 0) {
      at = parseOne(block, at, records, numbers);
      if (records.size() > MAX_RECORDS) {
        throw new ImageException.Refused(
            "pax header",
            "it has more than " + MAX_RECORDS + " records",
            "do not trust this image");
      }
    }
    if (numbers.size() > 0) {
      records.put(SPARSE_MAP, numbers.toByteArray());
    }
    return new PaxRecords(records);
  }

  /**
   * Reads the record at {@code start}.
   *
   * @param numbers gets those of a sparse file's map, with commas between
   * @return where the next one begins
   */
  private static int parseOne(
      byte[] block, int start, Map<String, byte[]> records, ByteArrayOutputStream numbers)
      throws ImageException {
    int space = indexOf(block, ' ', start, Math.min(block.length, start + 10));
    int length = decimal(block, start, space);
    int end = start + length;
    if (length <= space - start + 2 || end > block.length || block[end - 1] != '\n') {
      throw damaged("a record's length does not fit");
    }
    int equals = indexOf(block, '=', space + 1, end);
    String key = KernelText.text(block, space + 1, equals - (space + 1));
    if (key.indexOf('\0') >= 0) {
      throw damaged("a key holds a NUL");
    }
    byte[] value = Arrays.copyOfRange(block, equals + 1, end - 1);
    if (SPARSE_NUMBERS.contains(key)) {
      if (numbers.size() > 0) {
        numbers.write(',');
      }
      numbers.writeBytes(value);
    } else {
      records.put(key, value);
    }
    return end;
  }

  private static int decimal(byte[] block, int start, int end) throws ImageException {
    int value = 0;
    for (int i = start; i < end; i++) {
      int digit = block[i] - '0';
      if (digit < 0 || digit > 9) {
        throw damaged("a record's length is not a number");
      }
      value = value * 10 + digit;
    }
    return value;
  }

  private static int indexOf(byte[] block, char wanted, int from, int to) throws ImageException {
    for (int i = from; i < to; i++) {
      if (block[i] == wanted) {
        return i;
      }
    }
    throw damaged("a record lacks its '" + wanted + "'");
  }

  /** The text of a record; null when absent or empty, which means "as in the header". */
  @Nullable String text(String key) throws ImageException {
    byte[] value = records.get(key);
    if (value == null || value.length == 0) {
      return null;
    }
    for (byte b : value) {
      if (b == 0) {
        throw damaged(key + " holds a NUL");
      }
    }
    return KernelText.text(value, 0, value.length);
  }

  long number(String key, long otherwise) throws ImageException {
    String text = text(key);
    if (text == null) {
      return otherwise;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw damaged(key + " is not a number: " + text);
    }
  }

  /** Seconds with a fraction, to the nanosecond. */
  Instant time(String key, Instant otherwise) throws ImageException {
    String text = text(key);
    try {
      return text == null ? otherwise : instant(text);
    } catch (RuntimeException e) {
      throw damaged(key + " is not a time: " + text);
    }
  }

  private static Instant instant(String text) {
    int dot = text.indexOf('.');
    if (dot < 0) {
      return Instant.ofEpochSecond(Long.parseLong(text));
    }
    long seconds = Long.parseLong(text.substring(0, dot));
    String digits = (text.substring(dot + 1) + "000000000").substring(0, 9);
    long nanos = Long.parseLong(digits);
    return Instant.ofEpochSecond(seconds, text.startsWith("-") ? -nanos : nanos);
  }

  Map<String, byte[]> xattrs() {
    if (records.isEmpty()) {
      return Map.of();
    }
    Map<String, byte[]> xattrs = new LinkedHashMap<>();
    records.forEach((key, value) -> {
      if (key.startsWith(XATTR)) {
        xattrs.put(key.substring(XATTR.length()), value);
      }
    });
    return xattrs;
  }

  boolean isSparse() {
    return records.keySet().stream().anyMatch(key -> key.startsWith(SPARSE));
  }

  /** The name that a sparse file has; where its path stands, is one for readers that know none. */
  @Nullable String sparseName() throws ImageException {
    return text(SPARSE + "name");
  }

  /** Whether a sparse file's content begins with its map: version 1.0. */
  boolean hasMapInContent(String name) throws ImageException {
    long major = number(SPARSE + "major", 0);
    long minor = number(SPARSE + "minor", 0);
    if (major > 1 || (major == 1 && minor != 0)) {
      throw new ImageException.Unsupported(
          "tar entry " + name,
          "it is a sparse file of version " + major + "." + minor,
          "build it without");
    }
    return major == 1;
  }

  /** A sparse file's size with the zeros. */
  long sparseSize() throws ImageException {
    return number(SPARSE + "realsize", number(SPARSE + "size", -1));
  }

  /** The map of a sparse file that has it in its records. */
  SparseMap sparseMap(String name) throws ImageException {
    String map = text(SPARSE_MAP);
    return SparseMap.ofText(name, sparseSize(), map == null ? "" : map);
  }

  private static ImageException damaged(String reason) {
    return new ImageException.Corrupt("pax header", reason, "build or push the image again", null);
  }
}
