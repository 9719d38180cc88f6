package io.gantry.image.registry;

import java.net.http.HttpHeaders;
import java.util.List;
import java.util.regex.Pattern;

/**
 * In how large pieces a blob goes to a registry: in one, unless the registry names a size, finds
 * one too large, or has a part of the blob already. One thread.
 */
final class Pieces {

  /** What is tried in turn where the pieces before were too large. */
  private static final List<Long> SIZES = List.of(16L << 20, 4L << 20, 1L << 20);

  /** What is no such number says nothing. */
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

  private final long blob;
  private long smallest;

  /** Bytes of a piece; 0 for all in one request. */
  private long size;

  private boolean resumed;

  /**
   * @param blob its bytes
   */
  Pieces(long blob) {
    this.blob = blob;
  }

  /**
   * An upload that is empty has begun.
   *
   * @param headers may name the smallest piece (OCI distribution spec 1.1, "Pushing a blob in
   *     chunks")
   */
  void begun(HttpHeaders headers) {
    resumed = false;
    String said = headers.firstValue("OCI-Chunk-Min-Length").orElse("").strip();
    smallest = NUMBER.matcher(said).matches() ? Long.parseLong(said) : 0;
    if (smallest > 0) {
      size = Math.max(smallest, size == 0 ? SIZES.getFirst() : size);
    }
  }

  /** The upload goes on with what the registry has of it, which is done in pieces. */
  void resume() {
    resumed = true;
  }

  boolean isResumed() {
    return resumed;
  }

  /** Whether the next request is the one that closes the upload. */
  boolean isLast(long offset) {
    return size() == 0 || offset == blob;
  }

  /** Bytes of the next request. */
  long length(long offset) {
    return isLast(offset) ? blob - offset : Math.min(size(), blob - offset);
  }

  /** Whether there are pieces smaller than those that are too large. */
  boolean shrink() {
    long before = size() == 0 ? blob : Math.min(size(), blob);
    for (long next : SIZES) {
      if (next < before && next >= smallest) {
        size = next;
        return true;
      }
    }
    return false;
  }

  private long size() {
    return size == 0 && resumed ? SIZES.getFirst() : size;
  }
}
