package io.gantry.image.layer;

import io.gantry.image.error.ImageException;

/**
 * What unpacking a layer has made so far, and how many files it may make: one entry of a tar stands
 * for as many directories as its path has parts, so counting entries is not enough. One thread.
 */
public final class LayerSize {

  private static final long BLOCK = 4096;

  private final long maxInodes;
  private long bytes = BLOCK;
  private long inodes = 1;

  public LayerSize(long maxInodes) {
    this.maxInodes = maxInodes;
  }

  /**
   * Counts one more file, directory or node.
   *
   * @param entry which made it, for messages
   * @param size of its content in bytes
   */
  public void add(String entry, long size) throws ImageException {
    inodes++;
    bytes += (size + BLOCK - 1) / BLOCK * BLOCK;
    if (inodes > maxInodes) {
      throw new ImageException.Refused(
          "tar entry " + entry,
          "with it the layer makes more than " + maxInodes + " files and directories",
          "raise image.max_layer_entries if you trust the image");
    }
  }

  UnpackedLayer total() {
    return new UnpackedLayer(bytes, inodes);
  }
}
