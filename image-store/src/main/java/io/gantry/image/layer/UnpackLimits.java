package io.gantry.image.layer;

/**
 * What one layer may grow to before it is taken for a bomb.
 *
 * @param maxBytes of the blob, and of the uncompressed tar stream
 * @param maxEntries of the tar, and of the files and directories that they make
 */
public record UnpackLimits(long maxBytes, long maxEntries) {

  public static final UnpackLimits DEFAULT = new UnpackLimits(64L << 30, 2_000_000);

  public UnpackLimits {
    if (maxBytes < 1 || maxEntries < 1) {
      throw new IllegalArgumentException("unpack limits must be positive");
    }
  }
}
