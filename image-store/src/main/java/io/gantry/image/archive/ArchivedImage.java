package io.gantry.image.archive;

import io.gantry.image.content.LayerSpec;
import io.gantry.image.manifest.ImageConfig;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import java.util.List;
import java.util.Map;

/**
 * One image found in an archive.
 *
 * @param names as written inside, normalised
 * @param id digest of the config
 * @param manifest digests by which a registry would know it: manifest and index, or empty
 * @param documents bytes to keep: config, manifest, index
 */
public record ArchivedImage(
    List<ImageReference> names,
    Digest id,
    ImageConfig config,
    List<Digest> manifest,
    Map<Digest, byte[]> documents,
    List<LayerSpec> layers) {

  public ArchivedImage {
    names = List.copyOf(names);
    manifest = List.copyOf(manifest);
    documents = Map.copyOf(documents);
    layers = List.copyOf(layers);
  }
}
