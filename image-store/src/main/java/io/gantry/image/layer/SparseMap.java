package io.gantry.image.layer;

import io.gantry.image.error.ImageException;
import java.util.Arrays;

/**
 * Where the stored bytes of a sparse file lie in it; all else is zeros ("Storing Sparse Files" in
 * GNU tar's manual). Parts come in order and do not overlap.
 */
final class SparseMap {

  /** As many as fit into 1 MiB. */
  private static final int MOST_PARTS = 1 << 16;

  private final String name;
  private final long size;
  private long[] starts = new long[4];
  private long[] ends = new long[4];
  private int count;
  private long stored;

  /**
   * A file of nothing but zeros.
   *
   * @param name of the entry, for messages
   * @param size bytes with the zeros
   */
  SparseMap(String name, long size) throws ImageException {
    this.name = name;
    this.size = size;
    if (size < 0) {
      throw damaged("its size is negative");
    }
  }

  /** The form 0.1 of pax: offsets and lengths in turn, with commas between. */
  static SparseMap ofText(String name, long size, String text) throws ImageException {
    SparseMap map = new SparseMap(name, size);
    if (text.isEmpty()) {
      return map;
    }
    String[] numbers = text.split(",", 2 * MOST_PARTS + 2);
    if (numbers.length % 2 != 0) {
      throw map.damaged("its map ends in the middle");
    }
    for (int i = 0; i < numbers.length; i += 2) {
      map.add(map.number(numbers[i]), map.number(numbers[i + 1]));
    }
    return map;
  }

  /** Refuses a map that says beforehand how many parts it has. */
  void announce(long parts) throws ImageException {
    if (parts > MOST_PARTS) {
      throw tooManyParts();
    }
  }

  private ImageException tooManyParts() {
    return new ImageException.Refused(
        "tar entry " + name,
        "it is a sparse file of more than " + MOST_PARTS + " parts",
        "do not trust this image");
  }

  /** Reads a number of a map in text. */
  long number(String text) throws ImageException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw damaged("its map has no number at \"" + text + "\"");
    }
  }

  void add(long offset, long length) throws ImageException {
    long before = count == 0 ? 0 : ends[count - 1];
    if (offset < before || length < 0 || offset > size || length > size - offset) {
      throw damaged("its map says " + length + " bytes at " + offset + ", which cannot be");
    }
    if (length == 0) {
      return;
    }
    if (count == MOST_PARTS) {
      throw tooManyParts();
    }
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      ends = Arrays.copyOf(ends, 2 * count);
    }
    starts[count] = offset;
    ends[count++] = offset + length;
    stored += length;
  }

  /** Bytes with the zeros. */
  long size() {
    return size;
  }

  /** Bytes without the zeros between the parts. */
  long stored() {
    return stored;
  }

  /** Where a part begins; behind the last one, where the file ends. */
  long start(int part) {
    return part < count ? starts[part] : size;
  }

  long end(int part) {
    return ends[part];
  }

  ImageException damaged(String reason) {
    return new ImageException.Corrupt(
        "tar entry " + name, "sparse file: " + reason, "build or push the image again", null);
  }
}
