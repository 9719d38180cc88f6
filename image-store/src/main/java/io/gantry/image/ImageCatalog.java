package io.gantry.image;

import io.gantry.image.content.RecordFile;
import io.gantry.image.content.StoreLayout;
import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records of all images, on disk and in memory. Readers see one consistent state and never
 * wait; writers are serialised by the store.
 */
final class ImageCatalog {

  private static final Logger LOG = LoggerFactory.getLogger(ImageCatalog.class);
  private static final String LISTED = ".json";
  private static final String HIDDEN = ".held";

  /** One moment: images by id, oldest first, and whose the tags are. */
  record State(
      Map<Digest, ImageRecord> listed, Map<Digest, ImageRecord> hidden, Map<String, Digest> tags) {

    /** A record whether hidden or not. */
    @Nullable ImageRecord any(Digest id) {
      ImageRecord record = listed.get(id);
      return record == null ? hidden.get(id) : record;
    }
  }

  private final StoreLayout layout;
  private volatile State state = new State(Map.of(), Map.of(), Map.of());
  private long sequence;

  ImageCatalog(StoreLayout layout) {
    this.layout = layout;
  }

  State state() {
    return state;
  }

  /** Reads all records; what is damaged is reported and dropped. */
  void load() throws IOException {
    List<ImageRecord> listed = new ArrayList<>();
    Map<Digest, ImageRecord> hidden = new HashMap<>();
    List<Path> found;
    try (Stream<Path> entries = Files.list(layout.images())) {
      found = entries.toList();
    }
    for (Path file : found) {
      ImageRecord record = readOrDrop(file);
      if (record == null) {
        continue;
      }
      sequence = Math.max(sequence, record.sequence());
      if (file.toString().endsWith(HIDDEN)) {
        hidden.put(id(record), record.withTags(List.of(), record.sequence()));
      } else {
        listed.add(record);
      }
    }
    listed.sort(Comparator.comparing(ImageRecord::stored));
    show(withUniqueTags(listed), hidden);
  }

  private static @Nullable ImageRecord readOrDrop(Path file) throws IOException {
    try {
      ImageRecord record = RecordFile.read(file, ImageRecord.class);
      Digest.parse(record.id());
      for (String layer : record.layers()) {
        Digest.parse(layer);
      }
      return record;
    } catch (IOException | RuntimeException e) {
      LOG.warn("dropping the image record {}: {}", file, e.toString());
      Files.deleteIfExists(file);
      return null;
    }
  }

  private static Map<Digest, ImageRecord> withUniqueTags(List<ImageRecord> records) {
    Map<String, Long> newest = new HashMap<>();
    for (ImageRecord record : records) {
      record.tags().forEach(tag -> newest.merge(tag, record.sequence(), Math::max));
    }
    Map<Digest, ImageRecord> unique = new LinkedHashMap<>();
    for (ImageRecord record : records) {
      List<String> kept =
          record.tags().stream()
              .filter(tag -> record.sequence() == newest.getOrDefault(tag, -1L))
              .toList();
      unique.put(id(record), record.withTags(kept, record.sequence()));
    }
    return unique;
  }

  private void show(Map<Digest, ImageRecord> listed, Map<Digest, ImageRecord> hidden) {
    Map<String, Digest> tags = new HashMap<>();
    listed.forEach((id, record) -> record.tags().forEach(tag -> tags.put(tag, id)));
    state = new State(listed, hidden, tags);
  }

  long nextSequence() {
    return ++sequence;
  }

  /**
   * Writes a record and shows it; its tags leave the images that had them.
   *
   * @return whether the image was known before, listed or hidden
   */
  boolean publish(ImageRecord fresh) throws ImageException {
    Digest id = id(fresh);
    ImageRecord known = state.any(id);
    ImageRecord record = known == null ? fresh : known.merged(fresh);
    write(record);
    forget(id, HIDDEN);
    Map<Digest, ImageRecord> listed = new LinkedHashMap<>(state.listed());
    for (String tag : record.tags()) {
      Digest owner = state.tags().get(tag);
      ImageRecord robbed = owner == null || owner.equals(id) ? null : listed.get(owner);
      if (robbed != null) {
        ImageRecord rest = robbed.withoutTag(tag, nextSequence());
        write(rest);
        listed.put(id(rest), rest);
      }
    }
    listed.put(id, record);
    Map<Digest, ImageRecord> hidden = new HashMap<>(state.hidden());
    hidden.remove(id);
    show(listed, hidden);
    return known != null;
  }

  /** Takes one tag away from an image that keeps others. */
  void untag(Digest id, String tag) throws ImageException {
    ImageRecord record = state.listed().get(id);
    if (record != null) {
      ImageRecord rest = record.withoutTag(tag, nextSequence());
      write(rest);
      Map<Digest, ImageRecord> listed = new LinkedHashMap<>(state.listed());
      listed.put(id, rest);
      show(listed, state.hidden());
    }
  }

  /** Forgets an image. Needs no space on the disk. */
  void remove(Digest id) throws ImageException {
    forget(id, LISTED);
    forget(id, HIDDEN);
    Map<Digest, ImageRecord> listed = new LinkedHashMap<>(state.listed());
    Map<Digest, ImageRecord> hidden = new HashMap<>(state.hidden());
    listed.remove(id);
    hidden.remove(id);
    show(listed, hidden);
  }

  /** Lists an image no more, but keeps its record for those who hold it. Needs no space. */
  void hide(Digest id) throws ImageException {
    ImageRecord record = state.listed().get(id);
    if (record == null) {
      return;
    }
    try {
      Files.move(file(id, LISTED), file(id, HIDDEN), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw storage(id, "cannot hide the record", e);
    }
    Map<Digest, ImageRecord> listed = new LinkedHashMap<>(state.listed());
    Map<Digest, ImageRecord> hidden = new HashMap<>(state.hidden());
    listed.remove(id);
    hidden.put(id, record.withTags(List.of(), record.sequence()));
    show(listed, hidden);
  }

  /** The documents that the images still need. */
  Set<Digest> documents() {
    Set<Digest> documents = new HashSet<>();
    addDocuments(state.listed().values(), documents);
    addDocuments(state.hidden().values(), documents);
    return documents;
  }

  private static void addDocuments(Collection<ImageRecord> records, Set<Digest> documents) {
    records.forEach(
        record -> record.documents().forEach(text -> known(text).ifPresent(documents::add)));
  }

  static Digest id(ImageRecord record) {
    return known(record.id())
        .orElseThrow(() -> new IllegalStateException("image id " + record.id()));
  }

  /** Digests of records were checked when they were written or read. */
  static Optional<Digest> known(String text) {
    try {
      return Optional.of(Digest.parse(text));
    } catch (ImageException e) {
      return Optional.empty();
    }
  }

  private void write(ImageRecord record) throws ImageException {
    Digest id = id(record);
    try {
      RecordFile.write(layout.staging(), file(id, LISTED), record);
    } catch (IOException e) {
      throw storage(id, "cannot write the record", e);
    }
  }

  private void forget(Digest id, String suffix) throws ImageException {
    try {
      Files.deleteIfExists(file(id, suffix));
    } catch (IOException e) {
      throw storage(id, "cannot remove the record", e);
    }
  }

  private Path file(Digest id, String suffix) {
    return layout.images().resolve(id.hex() + suffix);
  }

  private static ImageException storage(Digest id, String what, IOException cause) {
    return new ImageException.Storage(
        "image " + id, what + ": " + cause, "check the disk of the image store", cause);
  }
}
