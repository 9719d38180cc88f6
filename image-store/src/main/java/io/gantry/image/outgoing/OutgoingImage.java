package io.gantry.image.outgoing;

import io.gantry.image.manifest.Descriptor;
import io.gantry.image.reference.Digest;
import java.util.List;

/**
 * An image with all its documents and blobs, ready to leave.
 *
 * @param manifestContent not to be changed
 * @param configContent not to be changed
 * @param layers lowest first
 * @param repacked whether its digests are others than those it came with
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; the bytes go straight out.
public record OutgoingImage(
    Descriptor manifest,
    byte[] manifestContent,
    Descriptor config,
    byte[] configContent,
    List<OutgoingLayer> layers,
    boolean repacked) {

  public OutgoingImage {
    layers = List.copyOf(layers);
  }

  /** Digest of the config: what the image is called where it goes. */
  public Digest id() {
    return config.digest();
  }
}
