package io.gantry.image;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds an image by whatever a person or kubelet calls it, in one state of the catalog. */
record ImageLookup(ImageCatalog.State state) {

  private static final int SHORTEST_PREFIX = 2;
  private static final String SHA256 = "sha256:";

  Optional<ImageRecord> find(String name) {
    return byId(name)
        .or(() -> byBareDigest(name))
        .or(() -> byReference(name))
        .or(() -> byPrefix(name));
  }

  private Optional<ImageRecord> byId(String name) {
    return ImageCatalog.known(name.startsWith(SHA256) ? name : SHA256 + name)
        .map(id -> state.listed().get(id));
  }

  private Optional<ImageRecord> byBareDigest(String name) {
    return ImageCatalog.known(name).flatMap(digest -> byDocument(digest, ""));
  }

  private Optional<ImageRecord> byReference(String name) {
    ImageReference reference;
    try {
      reference = ImageReference.parse(name);
    } catch (ImageException e) {
      return Optional.empty();
    }
    Digest digest = reference.digest();
    if (digest != null) {
      return byDocument(digest, reference.name() + "@");
    }
    return Optional.ofNullable(tagged(reference));
  }

  private @Nullable ImageRecord tagged(ImageReference reference) {
    Digest id = state.tags().get(String.valueOf(reference.repoTag()));
    return id == null ? null : state.listed().get(id);
  }

  private Optional<ImageRecord> byDocument(Digest digest, String repository) {
    return state.listed().values().stream()
        .filter(record ->
            record.digests().stream()
                .anyMatch(name -> name.startsWith(repository) && name.endsWith("@" + digest)))
        .findFirst();
  }

  private Optional<ImageRecord> byPrefix(String name) {
    String prefix = name.startsWith(SHA256) ? name : SHA256 + name;
    if (prefix.length() < SHA256.length() + SHORTEST_PREFIX) {
      return Optional.empty();
    }
    List<ImageRecord> matches =
        state.listed().values().stream()
            .filter(record -> record.id().startsWith(prefix))
            .limit(2)
            .toList();
    return matches.size() == 1 ? Optional.of(matches.getFirst()) : Optional.empty();
  }
}
