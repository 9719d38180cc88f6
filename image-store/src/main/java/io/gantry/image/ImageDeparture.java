package io.gantry.image;

import io.gantry.image.content.LayerUpkeep;
import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** How images go, and who keeps them from going. Safe for all threads. */
final class ImageDeparture {

  private final StoreParts parts;
  private final ImageHolds holds;

  /** Held for holds, which never wait, as containers begin with one. Taken after the other lock. */
  private final ReentrantLock holding = new ReentrantLock();

  ImageDeparture(StoreParts parts, ImageHolds holds) {
    this.parts = parts;
    this.holds = holds;
  }

  /** As {@link ImageStore#remove}. */
  void remove(Digest imageId) throws ImageException {
    parts.changes().lock();
    try {
      if (!hideIfHeld(imageId)) {
        drop(imageId);
      }
    } finally {
      parts.changes().unlock();
    }
  }

  private boolean hideIfHeld(Digest imageId) throws ImageException {
    holding.lock();
    try {
      boolean held = holds.isHeld(imageId);
      if (held) {
        parts.catalog().hide(imageId);
      }
      return held;
    } finally {
      holding.unlock();
    }
  }

  private void drop(Digest imageId) throws ImageException {
    ImageRecord record = forget(imageId);
    if (record == null) {
      return;
    }
    Set<Digest> unwanted = new HashSet<>();
    record.documents().forEach(text -> ImageCatalog.known(text).ifPresent(unwanted::add));
    unwanted.removeAll(parts.catalog().documents());
    parts.layers().release(StoreParts.diffIds(record));
    parts.blobs().remove(unwanted);
  }

  /** After this nobody can begin to hold it; null when it is unknown or has just been held. */
  private @Nullable ImageRecord forget(Digest imageId) throws ImageException {
    holding.lock();
    try {
      ImageRecord record = parts.catalog().state().any(imageId);
      if (record == null || holds.isHeld(imageId)) {
        return null;
      }
      parts.catalog().remove(imageId);
      return record;
    } finally {
      holding.unlock();
    }
  }

  /** As {@link ImageStore#untag}. */
  void untag(ImageReference reference) throws ImageException {
    parts.changes().lock();
    try {
      String tag = reference.repoTag();
      Digest id = tag == null ? null : parts.catalog().state().tags().get(tag);
      ImageRecord record = id == null ? null : parts.catalog().state().listed().get(id);
      if (tag == null || id == null || record == null) {
        return;
      }
      if (record.tags().size() == 1) {
        remove(id);
      } else {
        parts.catalog().untag(id, tag);
      }
    } finally {
      parts.changes().unlock();
    }
  }

  /** As {@link ImageStore#hold}. */
  ImageHold hold(Digest imageId, String owner) throws ImageException {
    ImageRecord record;
    holding.lock();
    try {
      record = parts.catalog().state().any(imageId);
      if (record == null) {
        throw StoreParts.unknown(imageId);
      }
      holds.add(owner, imageId);
    } finally {
      holding.unlock();
    }
    return new ImageHold(owner, imageId, parts.lower(StoreParts.diffIds(record)));
  }

  /** Does a step while no image with a layer is held, nor can be; or says by whom one is. */
  void whileNobodyHolds(Digest layer, LayerUpkeep.Swap.Step step) throws IOException {
    holding.lock();
    try {
      Set<String> owners = new TreeSet<>();
      holds
          .all()
          .forEach((owner, image) -> {
            ImageRecord record = parts.catalog().state().any(image);
            if (record != null && StoreParts.diffIds(record).contains(layer)) {
              owners.add(owner);
            }
          });
      if (!owners.isEmpty()) {
        throw new ImageException.Unavailable(
            "layer " + layer,
            "containers are made of it and may have it mounted: " + String.join(", ", owners),
            "remove them and repair again; other layers do not wait for them",
            null);
      }
      step.run();
    } finally {
      holding.unlock();
    }
  }

  /** As {@link ImageStore#release}. */
  void release(String owner) throws ImageException {
    Digest image = unhold(owner);
    if (image == null || !parts.catalog().state().hidden().containsKey(image)) {
      return;
    }
    parts.changes().lock();
    try {
      if (parts.catalog().state().hidden().containsKey(image)) {
        drop(image);
      }
    } finally {
      parts.changes().unlock();
    }
  }

  private @Nullable Digest unhold(String owner) throws ImageException {
    holding.lock();
    try {
      return holds.remove(owner);
    } finally {
      holding.unlock();
    }
  }

  /** As {@link ImageStore#holds}. */
  Map<String, Digest> holds() {
    holding.lock();
    try {
      return Map.copyOf(holds.all());
    } finally {
      holding.unlock();
    }
  }
}
