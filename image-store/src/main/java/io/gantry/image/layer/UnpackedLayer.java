package io.gantry.image.layer;

/**
 * What unpacking a layer made.
 *
 * @param bytes on disk, counted in whole blocks
 * @param inodes files, directories and nodes, also those directories that no entry named
 * @param sums of the contents that were seen on the way
 */
public record UnpackedLayer(long bytes, long inodes, ContentSums sums) {

  public UnpackedLayer(long bytes, long inodes) {
    this(bytes, inodes, new ContentSums());
  }

  UnpackedLayer with(ContentSums newSums) {
    return new UnpackedLayer(bytes, inodes, newSums);
  }
}
