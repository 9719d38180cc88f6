package io.gantry.image;

import io.gantry.image.error.ImageException;
import io.gantry.image.outgoing.OutgoingImage;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** How images that are here come to more names. Safe for all threads. */
record ImageNaming(StoreParts parts) {

  /** A registry has the image under this digest now; one that was packed anew is another image. */
  void pushed(Image image, OutgoingImage pushed, ImageReference name) throws ImageException {
    if (!pushed.id().equals(image.id())) {
      return;
    }
    Digest manifest = pushed.manifest().digest();
    parts.changes().lock();
    try {
      ImageRecord record = parts.catalog().state().listed().get(image.id());
      if (record != null) {
        parts.blobs().put(Map.of(manifest, pushed.manifestContent()));
        parts
            .catalog()
            .publish(
                List.of(
                    record.withManifest(
                        name.repoDigest(manifest), manifest, parts.catalog().nextSequence())));
      }
    } finally {
      parts.changes().unlock();
    }
  }

  /** As {@link ImageStore#tag}. */
  Image tag(Digest imageId, ImageReference name) throws ImageException {
    String tag = name.repoTag();
    if (tag == null) {
      throw new ImageException.Invalid(
          "image reference " + name, "a digest is not for giving", "name a tag");
    }
    parts.changes().lock();
    try {
      ImageRecord record = parts.catalog().state().listed().get(imageId);
      if (record == null) {
        throw StoreParts.unknown(imageId);
      }
      if (!record.tags().contains(tag)) {
        parts
            .catalog()
            .publish(List.of(record.withTags(List.of(tag), parts.catalog().nextSequence())));
      }
      return parts.image(Objects.requireNonNull(parts.catalog().state().listed().get(imageId)));
    } finally {
      parts.changes().unlock();
    }
  }
}
