package io.gantry.image.layer;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Turns the entries of a layer into something that overlay can use as a lower directory. Safe for
 * several threads with different targets.
 */
public interface LayerUnpacker {

  /**
   * Unpacks all entries.
   *
   * @param target does not exist yet; its parent does and is nobody else's
   */
  UnpackedLayer unpack(TarReader tar, Path target) throws IOException;
}
