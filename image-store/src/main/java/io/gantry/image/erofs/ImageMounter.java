package io.gantry.image.erofs;

import io.gantry.linux.Fd;
import java.io.IOException;
import java.nio.file.Path;

/** Mounts an image that {@link ErofsUnpacker} wrote, read-only and in no mount table. */
@FunctionalInterface
public interface ImageMounter {

  /** For a store that has no images. */
  ImageMounter NONE =
      image -> {
        throw new IOException("nothing mounts " + image + " here");
      };

  /**
   * Mounts it.
   *
   * @param image the file
   * @return the mount, which is gone with its last use after it is closed
   */
  Fd mount(Path image) throws IOException;
}
