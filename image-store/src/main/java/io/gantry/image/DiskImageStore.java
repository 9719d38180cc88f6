package io.gantry.image;

import io.gantry.image.archive.ArchivedImage;
import io.gantry.image.archive.ImageArchive;
import io.gantry.image.content.BlobSource;
import io.gantry.image.content.BlobStore;
import io.gantry.image.content.Flights;
import io.gantry.image.content.Flights.Seat;
import io.gantry.image.content.LayerSpec;
import io.gantry.image.content.LayerStore;
import io.gantry.image.content.StoreLayout;
import io.gantry.image.content.Trash;
import io.gantry.image.error.ImageException;
import io.gantry.image.layer.Decompression;
import io.gantry.image.layer.DirectoryUnpacker;
import io.gantry.image.manifest.ImageConfig;
import io.gantry.image.manifest.ManifestReader;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.FetchedManifest;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.image.registry.RegistryClient;
import io.gantry.image.registry.Repository;
import io.gantry.image.snapshot.Snapshots;
import io.gantry.linux.FileCalls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The image store on a disk. One lock serialises the short changes of the catalog; nothing waits
 * for the network under it.
 */
final class DiskImageStore implements ImageStore {

  private static final Logger LOG = LoggerFactory.getLogger(DiskImageStore.class);
  private static final Duration KEEP_UNUSED = Duration.ofMinutes(10);
  private static final Executor VIRTUAL = work -> Thread.ofVirtual().name("pull").start(work);

  private final ImageStoreSettings settings;
  private final StoreLayout layout;
  private final Clock clock;
  private final Trash trash;
  private final BlobStore blobs;
  private final LayerStore layers;
  private final ImageCatalog catalog;
  private final ImageHolds holds;
  private final Snapshots snapshots;
  private final RegistryClient registries;
  private final Flights<PullKey, Image> pulls = new Flights<>();
  private final ReentrantLock changes = new ReentrantLock();
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Pulls join only when they would show the registry the same face. */
  private record PullKey(ImageReference reference, RegistryAuth auth) {
    @Override
    public String toString() {
      return "image " + reference;
    }
  }

  private DiskImageStore(
      ImageStoreSettings settings, StoreLayout layout, Trash trash, LayerStore layers) {
    this.settings = settings;
    this.layout = layout;
    this.clock = Clock.systemUTC();
    this.trash = trash;
    this.blobs = new BlobStore(layout);
    this.layers = layers;
    this.catalog = new ImageCatalog(layout);
    this.holds = new ImageHolds(layout);
    this.snapshots = new Snapshots(layout.snapshots(), trash);
    this.registries = new RegistryClient(settings.registry());
  }

  static ImageStore open(ImageStoreSettings settings, FileCalls files) throws ImageException {
    StoreLayout layout = new StoreLayout(settings.root());
    layout.create();
    Trash trash = new Trash(layout.trash());
    try {
      throwAway(layout.staging(), trash);
      trash.sweep();
      LayerStore layers =
          LayerStore.open(
              layout,
              files,
              trash,
              new DirectoryUnpacker(files, settings.privileges(), settings.limits()),
              settings.limits(),
              settings.parallelLayers());
      DiskImageStore store = new DiskImageStore(settings, layout, trash, layers);
      store.load();
      return store;
    } catch (IOException e) {
      trash.close();
      throw new ImageException.Storage(
          settings.root().toString(), "cannot open the image store: " + e, "check the disk", e);
    }
  }

  private static void throwAway(Path folder, Trash trash) throws IOException {
    try (Stream<Path> left = Files.list(folder)) {
      for (Path path : left.toList()) {
        trash.take(path);
      }
    }
  }

  private void load() throws IOException {
    catalog.load();
    holds.load();
    ImageCatalog.State state = catalog.state();
    for (Map<Digest, ImageRecord> group : List.of(state.listed(), state.hidden())) {
      for (ImageRecord record : group.values()) {
        boolean orphaned = state.hidden().containsKey(id(record)) && !holds.isHeld(id(record));
        if (orphaned || !layers.claimStored(diffIds(record))) {
          LOG.warn("dropping image {}: {}", record.id(), orphaned ? "unheld" : "layers missing");
          catalog.remove(id(record));
        }
      }
    }
    blobs.retain(catalog.documents());
    removeUnusedLater();
  }

  private static Digest id(ImageRecord record) {
    return ImageCatalog.id(record);
  }

  private static List<Digest> diffIds(ImageRecord record) {
    return record.layers().stream().flatMap(text -> ImageCatalog.known(text).stream()).toList();
  }

  /** Complete layers of a broken pull wait a while for the next try. */
  private void removeUnusedLater() {
    CompletableFuture.delayedExecutor(KEEP_UNUSED.toMinutes(), TimeUnit.MINUTES, VIRTUAL)
        .execute(() -> {
          try {
            if (!closed.get()) {
              layers.removeUnclaimed();
            }
          } catch (ImageException e) {
            LOG.warn("cannot remove unused layers: {}", e.getMessage());
          }
        });
  }

  @Override
  public Image pull(ImageReference reference, RegistryAuth auth) throws ImageException {
    PullKey key = new PullKey(reference, auth);
    try (Seat<Image> seat = pulls.board(key, VIRTUAL, () -> pullNow(reference, auth))) {
      return seat.await();
    } catch (ImageException.Unavailable | ImageException.Cancelled e) {
      removeUnusedLater();
      throw e;
    }
  }

  private Image pullNow(ImageReference reference, RegistryAuth auth) throws ImageException {
    Repository repository = registries.repository(reference, auth);
    ImageResolver resolver = new ImageResolver(repository, settings.platform());
    FetchedManifest top = resolver.top(reference);
    Optional<Image> present = renewed(reference, top.digest());
    if (present.isPresent()) {
      return present.get();
    }
    WantedImage wanted = resolver.resolve(reference, top);
    return install(List.of(wanted), repository::blob).getFirst();
  }

  /** The image that is here under the registry's digest already, now with the reference's tag. */
  private Optional<Image> renewed(ImageReference reference, Digest top) throws ImageException {
    String digest = reference.repoDigest(top);
    changes.lock();
    try {
      Optional<ImageRecord> known =
          catalog.state().listed().values().stream()
              .filter(record -> record.digests().contains(digest))
              .findFirst();
      if (known.isEmpty()) {
        return Optional.empty();
      }
      String tag = reference.repoTag();
      if (tag != null && !known.get().tags().contains(tag)) {
        catalog.publish(known.get().withTags(List.of(tag), catalog.nextSequence()));
      }
      return Optional.ofNullable(catalog.state().listed().get(id(known.get()))).map(this::image);
    } finally {
      changes.unlock();
    }
  }

  /** Brings the layers of all images, then shows all of them, or none. */
  private List<Image> install(List<WantedImage> wanted, BlobSource source) throws ImageException {
    List<WantedImage> acquired = new ArrayList<>();
    try {
      for (WantedImage image : wanted) {
        layers.acquire(image.layers(), source);
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
      layers.release(image.layers().stream().map(LayerSpec::diffId).toList());
    } catch (ImageException cleanup) {
      failure.addSuppressed(cleanup);
    }
  }

  private List<Image> publish(List<WantedImage> wanted) throws ImageException {
    changes.lock();
    try {
      layers.syncNames();
      for (WantedImage image : wanted) {
        for (Map.Entry<Digest, byte[]> document : image.documents().entrySet()) {
          blobs.put(document.getKey(), document.getValue());
        }
      }
      List<Image> images = new ArrayList<>();
      for (WantedImage image : wanted) {
        if (catalog.publish(record(image))) {
          // The image has its claims from before.
          layers.release(image.layers().stream().map(LayerSpec::diffId).toList());
        }
        ImageRecord stored = catalog.state().listed().get(image.id());
        if (stored != null) {
          images.add(image(stored));
        }
      }
      return images;
    } finally {
      changes.unlock();
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
        catalog.nextSequence(),
        clock.instant().toString());
  }

  private Image image(ImageRecord record) {
    List<Digest> diffIds = diffIds(record);
    return new Image(
        id(record),
        record.tags(),
        record.digests(),
        layers.bytes(diffIds),
        record.transferSize(),
        ImageUser.of(record.user()),
        record.tags().stream().anyMatch(settings.pinned()::contains),
        diffIds,
        Instant.parse(record.stored()));
  }

  @Override
  public List<Image> importArchive(InputStream archive, @Nullable ImageReference name)
      throws ImageException {
    Path file = layout.staging().resolve("archive-" + UUID.randomUUID());
    try {
      Files.copy(Decompression.of(archive), file);
      ImageArchive opened = ImageArchive.open(file, settings.platform());
      List<WantedImage> wanted = new ArrayList<>();
      List<ArchivedImage> found = opened.images();
      requireNameable(found, name);
      for (ArchivedImage image : found) {
        wanted.add(wanted(image, name));
      }
      return install(wanted, opened);
    } catch (ImageException e) {
      throw e;
    } catch (IOException e) {
      throw new ImageException.Storage(
          "archive", "cannot import: " + e.getMessage(), "check the archive and the disk", e);
    } finally {
      deleteQuietly(file);
    }
  }

  private static void requireNameable(List<ArchivedImage> found, @Nullable ImageReference name)
      throws ImageException {
    if (found.isEmpty()) {
      throw new ImageException.NotFound("archive", "it holds no image for this machine", "");
    }
    if (name != null && found.size() > 1) {
      throw new ImageException.Invalid(
          "archive", "it holds " + found.size() + " images, which cannot share one name", "");
    }
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("cannot delete {}, the next start does: {}", file, e.toString());
    }
  }

  private static WantedImage wanted(ArchivedImage image, @Nullable ImageReference name) {
    List<ImageReference> names = name == null ? image.names() : List.of(name);
    List<String> tags = new ArrayList<>();
    List<String> digests = new ArrayList<>();
    for (ImageReference each : names) {
      String tag = each.repoTag();
      if (tag != null) {
        tags.add(tag);
      }
      image.manifest().stream().limit(1).map(each::repoDigest).forEach(digests::add);
    }
    return new WantedImage(
        image.id(), image.config(), tags, digests, image.documents(), image.layers());
  }

  @Override
  public List<Image> list() {
    return catalog.state().listed().values().stream().map(this::image).toList();
  }

  @Override
  public Optional<Image> find(String nameOrId) {
    return new ImageLookup(catalog.state()).find(nameOrId).map(this::image);
  }

  @Override
  public void remove(Digest imageId) throws ImageException {
    changes.lock();
    try {
      if (holds.isHeld(imageId)) {
        catalog.hide(imageId);
      } else {
        drop(imageId);
      }
    } finally {
      changes.unlock();
    }
  }

  private void drop(Digest imageId) throws ImageException {
    ImageRecord record = catalog.state().any(imageId);
    if (record == null) {
      return;
    }
    catalog.remove(imageId);
    Set<Digest> unwanted = new HashSet<>();
    record.documents().forEach(text -> ImageCatalog.known(text).ifPresent(unwanted::add));
    unwanted.removeAll(catalog.documents());
    layers.release(diffIds(record));
    blobs.remove(unwanted);
  }

  @Override
  public void untag(ImageReference reference) throws ImageException {
    changes.lock();
    try {
      String tag = reference.repoTag();
      Digest id = tag == null ? null : catalog.state().tags().get(tag);
      ImageRecord record = id == null ? null : catalog.state().listed().get(id);
      if (tag == null || id == null || record == null) {
        return;
      }
      if (record.tags().size() == 1) {
        remove(id);
      } else {
        catalog.untag(id, tag);
      }
    } finally {
      changes.unlock();
    }
  }

  @Override
  public List<Path> layers(Image image) throws ImageException {
    return lower(image.diffIds());
  }

  /**
   * A layer that occurs twice is used once: overlay refuses repetition, and whatever the lower
   * occurrence shows, the upper one does too.
   */
  private List<Path> lower(List<Digest> diffIds) {
    if (diffIds.isEmpty()) {
      return List.of(layout.empty());
    }
    return diffIds.reversed().stream().distinct().map(layout::layerFiles).toList();
  }

  @Override
  public ImageConfig config(Image image) throws ImageException {
    return ManifestReader.config("config of image " + image.id(), blobs.get(image.id()));
  }

  @Override
  public ImageHold hold(Digest imageId, String owner) throws ImageException {
    changes.lock();
    try {
      ImageRecord record = catalog.state().any(imageId);
      if (record == null) {
        throw new ImageException.NotFound(
            "image " + imageId, "it is not in the store", "pull it first");
      }
      holds.add(owner, imageId);
      return new ImageHold(owner, imageId, lower(diffIds(record)));
    } finally {
      changes.unlock();
    }
  }

  @Override
  public void release(String owner) throws ImageException {
    changes.lock();
    try {
      Digest image = holds.remove(owner);
      boolean hidden = image != null && catalog.state().hidden().containsKey(image);
      if (image != null && hidden && !holds.isHeld(image)) {
        drop(image);
      }
    } finally {
      changes.unlock();
    }
  }

  @Override
  public List<ImageHold> holds() {
    changes.lock();
    try {
      List<ImageHold> all = new ArrayList<>();
      holds
          .all()
          .forEach((owner, image) -> {
            ImageRecord record = catalog.state().any(image);
            List<Path> lower = record == null ? List.of() : lower(diffIds(record));
            all.add(new ImageHold(owner, image, lower));
          });
      return all;
    } finally {
      changes.unlock();
    }
  }

  @Override
  public FsUsage fsUsage() {
    return new FsUsage(layout.root(), layers.totalBytes(), layers.totalInodes());
  }

  @Override
  public Snapshots snapshots() {
    return snapshots;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      registries.close();
      layers.close();
      trash.close();
    }
  }
}
