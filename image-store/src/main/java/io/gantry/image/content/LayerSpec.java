package io.gantry.image.content;

import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.manifest.ImageConfig;
import io.gantry.image.reference.Digest;
import java.util.ArrayList;
import java.util.List;

/**
 * One layer of an image that is wanted here.
 *
 * @param blob as the manifest names it
 * @param diffId as the config names it
 */
public record LayerSpec(Descriptor blob, Digest diffId) {

  /** The layers of an image, whose manifest and config must agree on their number. */
  public static List<LayerSpec> pair(List<Descriptor> blobs, ImageConfig config, String subject)
      throws ImageException {
    List<Digest> diffIds = config.diffIds();
    if (blobs.size() != diffIds.size()) {
      throw new ImageException.Corrupt(
          subject,
          "it names " + diffIds.size() + " layers, the manifest " + blobs.size(),
          "build or push the image again",
          null);
    }
    List<LayerSpec> layers = new ArrayList<>();
    for (int i = 0; i < blobs.size(); i++) {
      layers.add(new LayerSpec(blobs.get(i), diffIds.get(i)));
    }
    return layers;
  }
}
