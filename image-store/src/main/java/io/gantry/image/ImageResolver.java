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
import org.jspecify.annotations.Nullable;

/**
 * From a reference to one image's documents: index, manifest, config. Each is asked for once, and
 * only when somebody wants to know. One pull, one thread.
 */
final class ImageResolver {

  private static final int MAX_INDEX_DEPTH = 4;

  /** Of one image, in bytes: they are in memory until the last layer is here. */
  private static final long MAX_DOCUMENTS = 8 << 20;

  private final Repository repository;
  private final Platform platform;
  private final ImageReference reference;
  private final String subject;
  private final Map<Digest, byte[]> documents = new LinkedHashMap<>();
  private @Nullable FetchedManifest top;
  private @Nullable Choice choice;

  /**
   * One image.
   *
   * @param manifest what is read of it
   */
  private record Choice(FetchedManifest fetched, Manifest.Single manifest) {}

  ImageResolver(Repository repository, Platform platform, ImageReference reference) {
    this.repository = repository;
    this.platform = platform;
    this.reference = reference;
    this.subject = "image " + reference;
  }

  /** What the registry has under the reference now. */
  FetchedManifest top() throws ImageException {
    FetchedManifest known = top;
    if (known == null) {
      known = repository.manifest(reference.tagOrDigest(), reference.digest(), subject);
      top = known;
    }
    return known;
  }

  /** The manifest of the image for this machine: what is on top, or the choice of an index. */
  FetchedManifest manifest() throws ImageException {
    return choice().fetched();
  }

  private Choice choice() throws ImageException {
    Choice known = choice;
    if (known == null) {
      known = choose();
      choice = known;
    }
    return known;
  }

  private Choice choose() throws ImageException {
    FetchedManifest at = top();
    for (int depth = 0; depth < MAX_INDEX_DEPTH; depth++) {
      keep(at.digest(), at.content());
      switch (at.manifest()) {
        case Manifest.Index index -> {
          Digest chosen = PlatformChoice.choose(index, platform, subject).digest();
          at = repository.manifest(chosen.toString(), chosen, subject);
        }
        case Manifest.Single single -> {
          return new Choice(at, single);
        }
      }
    }
    throw new ImageException.Refused(
        subject,
        "its indexes are nested more than " + MAX_INDEX_DEPTH + " deep",
        "do not trust this image");
  }

  private void keep(Digest digest, byte[] content) throws ImageException {
    documents.put(digest, content);
    if (documents.values().stream().mapToLong(bytes -> bytes.length).sum() > MAX_DOCUMENTS) {
      throw new ImageException.Refused(
          subject,
          "its indexes, manifest and config are over " + MAX_DOCUMENTS + " bytes together",
          "do not trust this image");
    }
  }

  /** The image but for its layers. */
  WantedImage resolve() throws ImageException {
    Manifest.Single single = choice().manifest();
    byte[] content = repository.document(single.config(), subject);
    Digest id = single.config().digest();
    keep(id, content);
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
        List.of(reference.repoDigest(top().digest())),
        documents,
        LayerSpec.pair(single.layers(), config, subject));
  }
}
