package io.gantry.image;

import io.gantry.image.content.LayerSpec;
import io.gantry.image.manifest.ImageConfig;
import io.gantry.image.reference.Digest;
import java.util.List;
import java.util.Map;

/**
 * An image whose documents are here and whose layers are to come.
 *
 * @param id digest of the config
 * @param tags full names that it is to have
 * @param digests full names with digest
 * @param documents bytes to keep
 */
record WantedImage(
    Digest id,
    ImageConfig config,
    List<String> tags,
    List<String> digests,
    Map<Digest, byte[]> documents,
    List<LayerSpec> layers) {

  WantedImage {
    tags = List.copyOf(tags);
    digests = List.copyOf(digests);
    documents = Map.copyOf(documents);
    layers = List.copyOf(layers);
  }
}
