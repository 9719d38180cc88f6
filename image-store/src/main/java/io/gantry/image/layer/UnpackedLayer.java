package io.gantry.image.layer;

import java.util.List;

/**
 * What unpacking a layer made.
 *
 * @param bytes on disk, counted in whole blocks
 * @param inodes files, directories and nodes
 * @param impliedDirectories directories that no entry named: made with mode 0755 for root, and to
 *     take after the layer below
 */
public record UnpackedLayer(long bytes, long inodes, List<String> impliedDirectories) {

  public UnpackedLayer {
    impliedDirectories = List.copyOf(impliedDirectories);
  }
}
