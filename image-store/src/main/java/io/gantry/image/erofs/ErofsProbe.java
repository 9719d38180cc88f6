package io.gantry.image.erofs;

import io.gantry.image.layer.LayerSize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The smallest image there is, to see whether the kernel mounts it. */
public final class ErofsProbe {

  private ErofsProbe() {}

  /**
   * Writes an image of an empty directory.
   *
   * @param image must not exist
   */
  public static void write(Path image) throws IOException {
    try (BlockFile file = BlockFile.create(image, ByteBuffer.allocate(BlockFile.BLOCK))) {
      file.zeros(BlockFile.BLOCK);
      new ImageMetadata(file, new LayerTree(new LayerSize(1)).root()).write();
    }
  }
}
