package io.gantry.image;

import io.gantry.image.content.BlobSource;
import io.gantry.image.content.LayerSpec;
import io.gantry.image.error.ImageException;
import io.gantry.image.progress.Progress;
import io.gantry.image.reference.Digest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How images come in, wherever from: all layers first, then the record that shows them. Safe for
 * all threads.
 */
final class ImageIntake {

  private final StoreParts parts;
  private final Clock clock;

  ImageIntake(StoreParts parts, Clock clock) {
    this.parts = parts;
    this.clock = clock;
  }

  /** Brings the layers of all images, then shows all of them, or none. */
  List<Image> install(List<WantedImage> wanted, BlobSource source, Progress progress)
      throws ImageException {
    List<WantedImage> acquired = new ArrayList<>();
    try {
      for (WantedImage image : wanted) {
        parts.layers().acquire(image.layers(), source, progress);
        acquired.add(image);
      }
      return publish(wanted);
    } catch (ImageException e) {
      for (WantedImage image : acquired) {
        giveBack(image, e);
      }
      throw e;
    }
  }

  private void giveBack(WantedImage image, ImageException failure) {
    try {
      parts.layers().release(image.layers().stream().map(LayerSpec::diffId).toList());
    } catch (ImageException cleanup) {
      failure.addSuppressed(cleanup);
    }
  }

  private List<Image> publish(List<WantedImage> wanted) throws ImageException {
    parts.layers().syncNames();
    parts.changes().lock();
    try {
      Set<Digest> claimed = claimed(wanted);
      show(wanted);
      List<Image> images = new ArrayList<>();
      for (WantedImage image : wanted) {
        if (!claimed.add(image.id())) {
          // The image has its claims from before.
          parts.layers().release(image.layers().stream().map(LayerSpec::diffId).toList());
        }
        ImageRecord stored = parts.catalog().state().listed().get(image.id());
        if (stored != null) {
          images.add(parts.image(stored));
        }
      }
      return images;
    } finally {
      parts.changes().unlock();
    }
  }

  /** Those that have claims already. */
  private Set<Digest> claimed(List<WantedImage> wanted) {
    Set<Digest> claimed = new HashSet<>();
    for (WantedImage image : wanted) {
      if (parts.catalog().state().any(image.id()) != null) {
        claimed.add(image.id());
      }
    }
    return claimed;
  }

  private void show(List<WantedImage> wanted) throws ImageException {
    Map<Digest, byte[]> documents = new HashMap<>();
    wanted.forEach(image -> documents.putAll(image.documents()));
    try {
      parts.blobs().put(documents);
      parts.catalog().publish(wanted.stream().map(this::record).toList());
    } catch (ImageException e) {
      documents.keySet().removeAll(parts.catalog().documents());
      try {
        parts.blobs().remove(documents.keySet());
      } catch (ImageException cleanup) {
        e.addSuppressed(cleanup);
      }
      throw e;
    }
  }

  private ImageRecord record(WantedImage image) {
    return new ImageRecord(
        ImageRecord.VERSION,
        image.id().toString(),
        image.tags(),
        image.digests(),
        image.documents().keySet().stream().map(Digest::toString).sorted().toList(),
        image.layers().stream().map(layer -> layer.diffId().toString()).toList(),
        image.layers().stream().mapToLong(layer -> layer.blob().size()).sum(),
        image.config().user(),
        parts.catalog().nextSequence(),
        clock.instant().toString());
  }
}
