package io.gantry.image;

import io.gantry.image.outgoing.OutgoingImage;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import java.util.List;

/**
 * An image as it is called where it went.
 *
 * @param id digest of the config
 * @param repacked whether its digests are others than those it came with
 */
public record DepartedImage(
    Digest id, Digest manifest, List<ImageReference> names, boolean repacked) {

  public DepartedImage {
    names = List.copyOf(names);
  }

  static DepartedImage of(OutgoingImage image, List<ImageReference> names) {
    return new DepartedImage(image.id(), image.manifest().digest(), names, image.repacked());
  }
}
