package io.gantry.image;

import io.gantry.image.content.BlobStore;
import io.gantry.image.content.LayerStore;
import io.gantry.image.content.StoreLayout;
import io.gantry.image.error.ImageException;
import io.gantry.image.outgoing.CompressedPacking;
import io.gantry.image.outgoing.KeptPacking;
import io.gantry.image.outgoing.LayerPacking;
import io.gantry.image.outgoing.PlainPacking;
import io.gantry.image.progress.WorkObserver;
import io.gantry.image.reference.Digest;
import io.gantry.linux.FileCalls;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the parts of the store share.
 *
 * @param changes held by whoever changes the catalog; the network is never waited for under it
 */
record StoreParts(
    ImageStoreSettings settings,
    WorkObserver observer,
    StoreLayout layout,
    FileCalls files,
    BlobStore blobs,
    LayerStore layers,
    ImageCatalog catalog,
    ReentrantLock changes) {

  static ImageException unknown(Digest imageId) {
    return new ImageException.NotFound(
        "image " + imageId, "it is not in the store", "pull it first");
  }

  /** Layers as they came, where that was kept, else as plain tars. */
  LayerPacking plainPacking() {
    return new KeptPacking(layout, layers, new PlainPacking(files, layers, settings.privileges()));
  }

  /** Layers as they came, where that was kept, else compressed. */
  KeptPacking compressedPacking() {
    return new KeptPacking(
        layout, layers, new CompressedPacking(files, layout, layers, settings.privileges()));
  }

  static List<Digest> diffIds(ImageRecord record) {
    return record.layers().stream().flatMap(text -> ImageCatalog.known(text).stream()).toList();
  }

  /** A record as the world sees it. */
  Image image(ImageRecord record) {
    List<Digest> diffIds = diffIds(record);
    return new Image(
        ImageCatalog.id(record),
        record.tags(),
        record.digests(),
        layers.bytes(diffIds),
        record.transferSize(),
        ImageUser.of(record.user()),
        record.tags().stream().anyMatch(settings.pinned()::contains),
        diffIds,
        Instant.parse(record.stored()));
  }

  /**
   * A layer that occurs twice is used once: overlay refuses repetition, and whatever the lower
   * occurrence shows, the upper one does too.
   */
  List<Path> lower(List<Digest> diffIds) throws ImageException {
    if (diffIds.isEmpty()) {
      return List.of(layout.empty());
    }
    List<Path> lower = new ArrayList<>();
    for (Digest diffId : new LinkedHashSet<>(diffIds.reversed())) {
      lower.add(layers.files(diffId));
    }
    return lower;
  }
}
