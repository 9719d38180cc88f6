package io.gantry.image;

import io.gantry.image.content.LayerSpec;
import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.ImageConfig;
import io.gantry.image.manifest.Manifest;
import io.gantry.image.manifest.ManifestReader;
import io.gantry.image.manifest.Platform;
import io.gantry.image.manifest.PlatformChoice;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.FetchedManifest;
import io.gantry.image.registry.Repository;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** From a reference to one image's documents: index, manifest, config. */
record ImageResolver(Repository repository, Platform platform) {

  private static final int MAX_INDEX_DEPTH = 4;

  /** Of one image, in bytes: they are in memory until the last layer is here. */
  private static final long MAX_DOCUMENTS = 8 << 20;

  /** What the registry has under the reference now. */
  FetchedManifest top(ImageReference reference) throws ImageException {
    return repository.manifest(reference.tagOrDigest(), reference.digest(), "image " + reference);
  }

  WantedImage resolve(ImageReference reference, FetchedManifest top) throws ImageException {
    String subject = "image " + reference;
    Map<Digest, byte[]> documents = new LinkedHashMap<>();
    FetchedManifest at = top;
    for (int depth = 0; depth < MAX_INDEX_DEPTH; depth++) {
      keep(documents, at.digest(), at.content(), subject);
      switch (at.manifest()) {
        case Manifest.Index index -> {
          Digest chosen = PlatformChoice.choose(index, platform, subject).digest();
          at = repository.manifest(chosen.toString(), chosen, subject);
        }
        case Manifest.Single single -> {
          return image(reference, top.digest(), single, documents);
        }
      }
    }
    throw new ImageException.Refused(
        subject,
        "its indexes are nested more than " + MAX_INDEX_DEPTH + " deep",
        "do not trust this image");
  }

  private static void keep(
      Map<Digest, byte[]> documents, Digest digest, byte[] content, String subject)
      throws ImageException {
    documents.put(digest, content);
    if (documents.values().stream().mapToLong(bytes -> bytes.length).sum() > MAX_DOCUMENTS) {
      throw new ImageException.Refused(
          subject,
          "its indexes, manifest and config are over " + MAX_DOCUMENTS + " bytes together",
          "do not trust this image");
    }
  }

  private WantedImage image(
      ImageReference reference, Digest top, Manifest.Single single, Map<Digest, byte[]> documents)
      throws ImageException {
    String subject = "image " + reference;
    byte[] content = repository.document(single.config(), subject);
    Digest id = single.config().digest();
    keep(documents, id, content, subject);
    ImageConfig config = ManifestReader.config("config of " + subject, content);
    if (!config.os().isEmpty() && !config.os().equals(platform.os())) {
      throw new ImageException.Unsupported(
          subject, "it is for " + config.os(), "use an image built for " + platform);
    }
    String tag = reference.repoTag();
    return new WantedImage(
        id,
        config,
        tag == null ? List.of() : List.of(tag),
        List.of(reference.repoDigest(top)),
        documents,
        LayerSpec.pair(single.layers(), config, subject));
  }
}
