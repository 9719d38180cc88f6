package io.gantry.image.layer;

import io.gantry.image.error.ImageException;

/**
 * Counts what a walk keeps in memory. Whoever writes in a container chooses how many names there
 * are and how long, so it is their bytes that are limited. One thread.
 */
final class WalkMemory {

  /** Bytes. Several walks at once fit into a heap of 192 MiB; 200,000 usual names fit into this. */
  static final long LIMIT = 16L << 20;

  /** A string and its array, with their heads and padding, and its place in a list. */
  private static final int STRING = 64;

  /** What a map needs for an entry, with its key and a record as its value. */
  private static final int ENTRY = 128;

  private long used;

  /** Bytes of a text on the heap: one for each character, or two if any is beyond Latin-1. */
  static long of(String text) {
    boolean narrow = text.chars().allMatch(c -> c <= 0xff);
    return STRING + (narrow ? text.length() : 2L * text.length());
  }

  /** Bytes of a map's entry about a text. */
  static long ofEntry(String text) {
    return ENTRY + of(text);
  }

  /**
   * Counts bytes that are kept from now on.
   *
   * @param at the file or directory that needs them, for the message
   * @throws ImageException.Unsupported when that is too much
   */
  void take(String at, long bytes) throws ImageException {
    used += bytes;
    if (used > LIMIT) {
      throw new ImageException.Unsupported(
          at,
          "here the names of open directories, and of files with other names elsewhere, need more"
              + " than "
              + (LIMIT >> 20)
              + " MiB of memory",
          "spread the files over several directories, or remove hard links");
    }
  }

  /** Counts bytes that were taken as free again. */
  void give(long bytes) {
    used -= bytes;
  }
}
