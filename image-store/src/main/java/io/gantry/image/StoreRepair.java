package io.gantry.image;

import io.gantry.image.content.LayerSpec;
import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.progress.LayerProgress;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.image.registry.Repository;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Brings what is bad anew, from the registries that its images came from. One thread. */
final class StoreRepair {

  private final StoreParts parts;
  private final ImagePulls pulls;
  private final ImageDeparture departure;
  private final Map<String, RegistryAuth> logins;

  StoreRepair(
      StoreParts parts,
      ImagePulls pulls,
      ImageDeparture departure,
      Map<String, RegistryAuth> logins) {
    this.parts = parts;
    this.pulls = pulls;
    this.departure = departure;
    this.logins = Map.copyOf(logins);
  }

  /** Does something with one repository. */
  @FunctionalInterface
  private interface Fetching {
    void from(Repository repository) throws IOException;
  }

  /** What memory knows is written again. */
  void record(Digest image) throws ImageException {
    parts.changes().lock();
    try {
      parts.catalog().rewrite(image);
    } finally {
      parts.changes().unlock();
    }
  }

  void document(Digest document, ImageRecord image) throws IOException {
    boolean config = image.id().equals(document.toString());
    String subject = "document " + document;
    fetch(
        subject,
        List.of(image),
        repository -> {
          byte[] content =
              config
                  ? repository.document(new Descriptor("", document, 0), subject)
                  : repository.manifest(document.toString(), document, subject).content();
          parts.changes().lock();
          try {
            parts.blobs().replace(document, content);
          } finally {
            parts.changes().unlock();
          }
        });
  }

  /** A layer is one step away from its replacement when it is asked whether somebody is on it. */
  void layer(Digest layer, List<ImageRecord> images) throws IOException {
    LayerSpec spec = parts.layers().upkeep().origin(layer);
    requireUnused(layer);
    fetch(
        "layer " + layer,
        images,
        repository ->
            parts
                .layers()
                .upkeep()
                .replace(
                    spec,
                    new RegistryBlobs(repository),
                    LayerProgress.waiting(layer.toString(), spec.blob().size()),
                    step -> departure.whileNobodyHolds(layer, step)));
  }

  /** Asked before the download too, which would be for nothing. */
  private void requireUnused(Digest layer) throws IOException {
    departure.whileNobodyHolds(layer, () -> {});
  }

  /** Tries the repositories of all images that have it. */
  private void fetch(String subject, List<ImageRecord> images, Fetching fetching)
      throws IOException {
    ImageException failure =
        new ImageException.NotFound(
            subject, "its image came from no registry", "remove the image and import it again");
    for (ImageRecord image : images) {
      for (String name : image.digests()) {
        try {
          ImageReference reference = ImageReference.parse(name);
          RegistryAuth auth = logins.getOrDefault(reference.registry(), RegistryAuth.ANONYMOUS);
          fetching.from(pulls.repository(reference, auth));
          return;
        } catch (ImageException.Unauthorized e) {
          failure =
              new ImageException.Unauthorized(
                  subject, e.getMessage() + "", "give --login REGISTRY=USER:PASSWORD");
        } catch (ImageException e) {
          failure = e;
        }
      }
    }
    throw failure;
  }
}
