package io.gantry.image;

import io.gantry.image.content.DiskFiles;
import io.gantry.image.content.RecordFile;
import io.gantry.image.content.StoreLayout;
import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of image records: {@code <hex>.json} of a listed image, {@code <hex>.held} of one that
 * is removed but still claimed. Guarded by the store's lock.
 */
final class ImageRecordFiles {

  private static final Logger LOG = LoggerFactory.getLogger(ImageRecordFiles.class);
  private static final String LISTED = ".json";
  private static final String HIDDEN = ".held";

  private final StoreLayout layout;
  private final DiskFiles disk;

  ImageRecordFiles(StoreLayout layout, DiskFiles disk) {
    this.layout = layout;
    this.disk = disk;
  }

  /** What a start finds. */
  record Found(Map<Digest, ImageRecord> listed, Map<Digest, ImageRecord> hidden) {}

  /**
   * Reads all records; what is damaged is reported and dropped. A death between the two steps of
   * listing a hidden image again leaves both files: then it is listed.
   */
  Found read() throws IOException {
    Found found = new Found(new HashMap<>(), new HashMap<>());
    List<Path> files;
    try (Stream<Path> entries = Files.list(layout.images())) {
      files = entries.toList();
    }
    for (Path file : files) {
      ImageRecord record = readOrDrop(file);
      if (record != null) {
        boolean hidden = file.toString().endsWith(HIDDEN);
        (hidden ? found.hidden() : found.listed()).put(ImageCatalog.id(record), record);
      }
    }
    for (Digest both : found.listed().keySet()) {
      if (found.hidden().remove(both) != null) {
        disk.delete(file(both, HIDDEN));
      }
    }
    return found;
  }

  private @Nullable ImageRecord readOrDrop(Path file) throws IOException {
    try {
      return checked(file);
    } catch (IOException | RuntimeException e) {
      LOG.warn("dropping the image record {}: {}", file, e.toString());
      disk.delete(file);
      return null;
    }
  }

  private ImageRecord checked(Path file) throws IOException {
    ImageRecord record = RecordFile.read(file, ImageRecord.class);
    Digest id = Digest.parse(record.id());
    if (!file.equals(file(id, LISTED)) && !file.equals(file(id, HIDDEN))) {
      throw new IOException("it is the record of image " + id);
    }
    for (String layer : record.layers()) {
      Digest.parse(layer);
    }
    return record;
  }

  /**
   * Replaces the records of listed images by others, all or none: each is written before the first
   * is shown, so that a full disk shows in time.
   *
   * @param before the records that are there, where there are any
   */
  void replace(Map<Digest, ImageRecord> fresh, Map<Digest, ImageRecord> before)
      throws ImageException {
    Map<Digest, RecordFile> prepared = new HashMap<>();
    List<Digest> shown = new ArrayList<>();
    try {
      for (Map.Entry<Digest, ImageRecord> record : fresh.entrySet()) {
        prepared.put(record.getKey(), prepare(record.getKey(), record.getValue()));
      }
      for (Map.Entry<Digest, RecordFile> file : prepared.entrySet()) {
        shown.add(file.getKey());
        file.getValue().show();
      }
      disk.syncNames(layout.images());
    } catch (IOException e) {
      prepared.values().forEach(file -> file.discard(e));
      shown.forEach(id -> restore(id, before.get(id), e));
      throw storage("the records of " + fresh.keySet(), "cannot write", e);
    }
  }

  private RecordFile prepare(Digest id, ImageRecord record) throws IOException {
    return RecordFile.prepare(disk, layout.staging(), file(id, LISTED), record);
  }

  private void restore(Digest id, @Nullable ImageRecord before, IOException failure) {
    try {
      if (before == null) {
        disk.delete(file(id, LISTED));
      } else {
        prepare(id, before).show();
      }
    } catch (IOException cleanup) {
      failure.addSuppressed(cleanup);
    }
  }

  /** What is wrong with the file of a record, or null. */
  @Nullable String damage(Digest id, ImageRecord expected, boolean hidden) {
    try {
      ImageRecord there = checked(file(id, hidden ? HIDDEN : LISTED));
      ImageRecord shown = hidden ? there.withTags(List.of(), there.sequence()) : there;
      return shown.equals(expected) ? null : "it differs from what the daemon knows";
    } catch (IOException | RuntimeException e) {
      return "it cannot be read: " + e;
    }
  }

  /** The image is listed again; should the file stay, the next start knows better. */
  void removeHidden(Digest id) {
    try {
      disk.delete(file(id, HIDDEN));
    } catch (SyscallException e) {
      LOG.warn("cannot remove a record, the next start does: {}", e.getMessage());
    }
  }

  /** Forgets an image. Needs no space. */
  void remove(Digest id) throws ImageException {
    remove(id, LISTED);
    remove(id, HIDDEN);
  }

  private void remove(Digest id, String suffix) throws ImageException {
    try {
      disk.delete(file(id, suffix));
    } catch (SyscallException e) {
      throw storage("image " + id, "cannot remove the record", e);
    }
  }

  /** Makes a listed image a hidden one. Needs no space. */
  void hide(Digest id) throws ImageException {
    try {
      disk.move(file(id, LISTED), file(id, HIDDEN));
    } catch (SyscallException e) {
      throw storage("image " + id, "cannot hide the record", e);
    }
  }

  private Path file(Digest id, String suffix) {
    return layout.images().resolve(id.hex() + suffix);
  }

  private static ImageException storage(String subject, String what, IOException cause) {
    return new ImageException.Storage(
        subject, what + ": " + cause.getMessage(), "check the disk of the image store", cause);
  }
}
