package io.gantry.image;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import java.io.IOException;
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

  /** One moment: images by id, oldest first, and whose the tags are. */
  record State(
      Map<Digest, ImageRecord> listed, Map<Digest, ImageRecord> hidden, Map<String, Digest> tags) {

    /** A record whether hidden or not. */
    @Nullable ImageRecord any(Digest id) {
      ImageRecord record = listed.get(id);
      return record == null ? hidden.get(id) : record;
    }
  }

  private final ImageRecordFiles files;
  private volatile State state = new State(Map.of(), Map.of(), Map.of());
  private long sequence;

  ImageCatalog(ImageRecordFiles files) {
    this.files = files;
  }

  State state() {
    return state;
  }

  /** Takes what a start finds; a tag that a death left on two images stays with the newer claim. */
  void load() throws IOException {
    ImageRecordFiles.Found found = files.read();
    List<ImageRecord> listed = new ArrayList<>(found.listed().values());
    listed.sort(Comparator.comparing(ImageRecord::stored));
    Map<Digest, ImageRecord> hidden = new HashMap<>();
    found
        .hidden()
        .forEach((id, record) -> hidden.put(id, record.withTags(List.of(), record.sequence())));
    sequence =
        Stream.concat(listed.stream(), hidden.values().stream())
            .mapToLong(ImageRecord::sequence)
            .max()
            .orElse(0);
    Map<Digest, ImageRecord> unique = withUniqueTags(listed);
    writeAgain(unique, found.listed());
    show(unique, hidden);
  }

  /** Or else the tag would come back when the newer image is gone. */
  private void writeAgain(Map<Digest, ImageRecord> wanted, Map<Digest, ImageRecord> there) {
    Map<Digest, ImageRecord> changed = new LinkedHashMap<>(wanted);
    changed.entrySet().removeAll(there.entrySet());
    if (changed.isEmpty()) {
      return;
    }
    try {
      files.replace(changed, there);
    } catch (ImageException e) {
      LOG.warn("the next start tries again to settle whose tags are whose: {}", e.getMessage());
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

  /** Writes records and shows them, all or none; their tags leave the images that had them. */
  void publish(List<ImageRecord> wanted) throws ImageException {
    Map<Digest, ImageRecord> listed = new LinkedHashMap<>(state.listed());
    Map<Digest, ImageRecord> hidden = new HashMap<>(state.hidden());
    Map<Digest, ImageRecord> changed = new LinkedHashMap<>();
    Set<Digest> unhidden = new HashSet<>();
    for (ImageRecord fresh : wanted) {
      Digest id = id(fresh);
      ImageRecord there = changed.containsKey(id) ? changed.get(id) : state.any(id);
      if (hidden.remove(id) != null) {
        unhidden.add(id);
      }
      ImageRecord record = there == null ? fresh : there.merged(fresh);
      rob(record, listed, changed);
      listed.put(id, record);
      changed.put(id, record);
    }
    files.replace(changed, state.listed());
    unhidden.forEach(files::removeHidden);
    show(listed, hidden);
  }

  private void rob(
      ImageRecord record, Map<Digest, ImageRecord> listed, Map<Digest, ImageRecord> changed) {
    for (ImageRecord other : List.copyOf(listed.values())) {
      List<String> lost = other.tags().stream().filter(record.tags()::contains).toList();
      if (!lost.isEmpty() && !other.id().equals(record.id())) {
        ImageRecord rest = other;
        for (String tag : lost) {
          rest = rest.withoutTag(tag, nextSequence());
        }
        listed.put(id(rest), rest);
        changed.put(id(rest), rest);
      }
    }
  }

  /** Takes one tag away from an image that keeps others. */
  void untag(Digest id, String tag) throws ImageException {
    ImageRecord record = state.listed().get(id);
    if (record != null) {
      ImageRecord rest = record.withoutTag(tag, nextSequence());
      files.replace(Map.of(id, rest), state.listed());
      Map<Digest, ImageRecord> listed = new LinkedHashMap<>(state.listed());
      listed.put(id, rest);
      show(listed, state.hidden());
    }
  }

  /** Forgets an image. Needs no space on the disk. */
  void remove(Digest id) throws ImageException {
    files.remove(id);
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
    files.hide(id);
    Map<Digest, ImageRecord> listed = new LinkedHashMap<>(state.listed());
    Map<Digest, ImageRecord> hidden = new HashMap<>(state.hidden());
    listed.remove(id);
    hidden.put(id, record.withTags(List.of(), record.sequence()));
    show(listed, hidden);
  }

  /** What is wrong with the file of an image's record, or null; an image that is gone is fine. */
  @Nullable String damage(Digest id) {
    ImageRecord record = state.any(id);
    return record == null ? null : files.damage(id, record, state.hidden().containsKey(id));
  }

  /** Writes an image's record as it is known, listed or hidden; one that is gone is left alone. */
  void rewrite(Digest id) throws ImageException {
    ImageRecord record = state.any(id);
    if (record != null) {
      files.replace(Map.of(id, record), state.listed());
      if (state.hidden().containsKey(id)) {
        files.hide(id);
      }
    }
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
}
