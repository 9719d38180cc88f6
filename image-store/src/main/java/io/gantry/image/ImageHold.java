package io.gantry.image;

import io.gantry.image.reference.Digest;
import java.nio.file.Path;
import java.util.List;

/**
 * A claim of one owner (a container, an image volume) on an image: its layers stay on disk, even
 * when the image is removed, until {@link ImageStore#release(String)}. Survives the daemon.
 *
 * @param owner id of whoever holds it
 * @param layers lower directories in overlay order, top first
 */
public record ImageHold(String owner, Digest imageId, List<Path> layers) {

  public ImageHold {
    layers = List.copyOf(layers);
  }
}
