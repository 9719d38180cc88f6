package io.gantry.image;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One look at everything in the store: records, documents, layers. Images come and go meanwhile;
 * what is being looked at is claimed. One thread, a platform one.
 */
final class StoreCheck {

  /** Of one layer; after that they are counted. */
  private static final int MOST_FINDINGS = 100;

  private final StoreParts parts;
  private final CheckObserver observer;
  private final @Nullable StoreRepair repair;
  private final Map<Digest, List<ImageRecord>> users = new LinkedHashMap<>();
  private long all;
  private long done;

  /**
   * @param repair what to do about what is found; null for nothing
   */
  StoreCheck(StoreParts parts, CheckObserver observer, @Nullable StoreRepair repair) {
    this.parts = parts;
    this.observer = observer;
    this.repair = repair;
  }

  void run() throws ImageException {
    List<ImageRecord> images = new ArrayList<>();
    ImageCatalog.State state = parts.catalog().state();
    images.addAll(state.listed().values());
    images.addAll(state.hidden().values());
    for (ImageRecord image : images) {
      StoreParts.diffIds(image)
          .forEach(layer -> users.computeIfAbsent(layer, id -> new ArrayList<>()).add(image));
    }
    all = parts.layers().bytes(users.keySet());
    observer.progress(0, all);
    for (ImageRecord image : images) {
      documents(image);
      record(image);
    }
    for (Digest layer : users.keySet()) {
      layer(layer);
    }
    observer.progress(all, all);
  }

  private void documents(ImageRecord image) throws ImageException {
    for (String text : image.documents()) {
      Digest document = Digest.parse(text);
      String object = "document " + document;
      String damage = damage(document, image);
      if (damage != null) {
        observer.found(new Finding(object, "", damage, names(List.of(image))));
        mend(object, mender -> mender.document(document, image));
      }
    }
  }

  private @Nullable String damage(Digest document, ImageRecord image) {
    parts.changes().lock();
    try {
      if (parts.catalog().state().any(ImageCatalog.id(image)) != null) {
        parts.blobs().get(document);
      }
      return null;
    } catch (ImageException e) {
      return e.reason();
    } finally {
      parts.changes().unlock();
    }
  }

  private void record(ImageRecord image) {
    Digest id = ImageCatalog.id(image);
    String damage = damage(id);
    if (damage != null) {
      String object = "record of image " + id;
      observer.found(new Finding(object, "", damage, names(List.of(image))));
      mend(object, mender -> mender.record(id));
    }
  }

  private @Nullable String damage(Digest image) {
    parts.changes().lock();
    try {
      return parts.catalog().damage(image);
    } finally {
      parts.changes().unlock();
    }
  }

  private void layer(Digest layer) throws ImageException {
    if (!parts.layers().claimStored(List.of(layer))) {
      return;
    }
    try {
      Findings findings = new Findings(layer);
      parts.layers().upkeep().check(layer, this::seen, findings::add);
      findings.end();
      if (findings.count > 0) {
        mend(findings.object, mender -> mender.layer(layer, findings.images()));
      }
    } catch (ImageException e) {
      throw e;
    } catch (IOException e) {
      throw new ImageException.Storage(
          "layer " + layer, "cannot look at it: " + e.getMessage(), "check the disk", e);
    } finally {
      parts.layers().release(List.of(layer));
    }
  }

  private void seen(long bytes) {
    done += bytes;
    observer.progress(Math.min(done, all), all);
  }

  /** What a repair does. */
  @FunctionalInterface
  private interface Mending {
    void run(StoreRepair mender) throws IOException;
  }

  private void mend(String object, Mending mending) {
    if (repair == null) {
      return;
    }
    try {
      mending.run(repair);
      observer.repaired(object);
    } catch (ImageException e) {
      String advice = e.nextStep().isEmpty() ? "" : "; " + e.nextStep();
      observer.notRepaired(object, e.getMessage() + advice);
    } catch (IOException e) {
      observer.notRepaired(object, String.valueOf(e.getMessage()));
    }
  }

  private static List<String> names(List<ImageRecord> images) {
    Set<String> names = new TreeSet<>();
    for (ImageRecord image : images) {
      names.addAll(
          !image.tags().isEmpty()
              ? image.tags()
              : image.digests().isEmpty() ? List.of(image.id()) : image.digests());
    }
    return List.copyOf(names);
  }

  /** What is wrong with one layer. */
  private final class Findings {
    private final String object;
    private final List<ImageRecord> images;
    private int count;

    Findings(Digest layer) {
      this.object = "layer " + layer;
      this.images = users.getOrDefault(layer, List.of());
    }

    List<ImageRecord> images() {
      return images;
    }

    void add(String path, String what) {
      if (++count <= MOST_FINDINGS) {
        observer.found(new Finding(object, path, what, names(images)));
      }
    }

    void end() {
      if (count > MOST_FINDINGS) {
        String more = (count - MOST_FINDINGS) + " more files differ";
        observer.found(new Finding(object, "", more, names(images)));
      }
    }
  }
}
