package io.gantry.image;

import io.gantry.image.content.BlobStore;
import io.gantry.image.content.DiskFiles;
import io.gantry.image.content.LayerChoice;
import io.gantry.image.content.LayerPass;
import io.gantry.image.content.LayerStore;
import io.gantry.image.content.LayerWriters;
import io.gantry.image.content.StoreLayout;
import io.gantry.image.content.Trash;
import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.ImageConfig;
import io.gantry.image.manifest.ManifestReader;
import io.gantry.image.progress.Progress;
import io.gantry.image.progress.WorkObserver;
import io.gantry.image.progress.WorkObserver.Work;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.image.snapshot.DeclaredVolumes;
import io.gantry.image.snapshot.Snapshots;
import io.gantry.linux.FileCalls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * The image store on a disk: opens and closes its parts and hands each question to the one that
 * knows.
 */
final class DiskImageStore implements ImageStore {

  private static final Logger LOG = LoggerFactory.getLogger(DiskImageStore.class);
  private static final Duration KEEP_UNUSED = Duration.ofMinutes(10);
  private static final Executor VIRTUAL = work -> Thread.ofVirtual().name("sweep").start(work);

  private final StoreParts parts;
  private final Trash trash;
  private final Duration keepUnused;
  private final ImageHolds holds;
  private final ImagePulls pulls;
  private final ImageImports imports;
  private final ImageDeparture departure;
  private final ImageNaming naming;
  private final ImageOutlet outlet;
  private final ImagePushes pushes;
  private final Snapshots snapshots;
  private final DeclaredVolumes volumes;
  private final ImageCommits commits;
  private final AtomicBoolean closed = new AtomicBoolean();

  private DiskImageStore(StoreParts parts, DiskFiles disk, Trash trash, Duration keepUnused) {
    this.parts = parts;
    this.trash = trash;
    this.keepUnused = keepUnused;
    this.holds = new ImageHolds(parts.layout(), disk);
    ImageIntake intake = new ImageIntake(parts, Clock.systemUTC());
    this.pulls = new ImagePulls(parts, intake);
    this.imports = new ImageImports(parts, intake);
    this.departure = new ImageDeparture(parts, holds);
    this.naming = new ImageNaming(parts);
    this.outlet = new ImageOutlet(parts, departure);
    this.pushes = new ImagePushes(parts, outlet, naming, pulls.registries());
    this.snapshots = new Snapshots(parts.layout().snapshots(), trash);
    this.volumes =
        new DeclaredVolumes(
            parts.files(), snapshots, parts.settings().privileges(), parts.settings().limits());
    this.commits = new ImageCommits(parts, intake, departure, snapshots, Clock.systemUTC());
  }

  static ImageStore open(
      ImageStoreSettings settings, FileCalls files, LayerChoice choice, WorkObserver observer)
      throws ImageException {
    return open(settings, files, choice, observer, KEEP_UNUSED);
  }

  /**
   * Opens a store.
   *
   * @param keepUnused how long complete layers of a broken pull wait for the next try
   */
  static ImageStore open(
      ImageStoreSettings settings,
      FileCalls files,
      LayerChoice choice,
      WorkObserver observer,
      Duration keepUnused)
      throws ImageException {
    StoreLayout layout = new StoreLayout(settings.root());
    layout.create();
    Trash trash = new Trash(layout.trash(), files);
    try {
      trash.sweep();
      throwAway(layout.staging(), trash);
      LayerWriters writers =
          LayerWriters.of(
              choice,
              files,
              settings.privileges(),
              settings.limits(),
              new LayerPass.Manner(settings.keepBlobs(), observer));
      LayerStore layers = LayerStore.open(layout, files, trash, writers, settings.parallelLayers());
      DiskFiles disk = new DiskFiles(files);
      StoreParts parts =
          new StoreParts(
              settings,
              observer,
              layout,
              files,
              new BlobStore(layout, disk),
              layers,
              new ImageCatalog(new ImageRecordFiles(layout, disk)),
              new ReentrantLock());
      DiskImageStore store = new DiskImageStore(parts, disk, trash, keepUnused);
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
    parts.catalog().load();
    holds.load();
    ImageCatalog.State state = parts.catalog().state();
    for (Map<Digest, ImageRecord> group : List.of(state.listed(), state.hidden())) {
      for (ImageRecord record : group.values()) {
        boolean orphaned = state.hidden().containsKey(id(record)) && !holds.isHeld(id(record));
        if (orphaned || !parts.layers().claimStored(StoreParts.diffIds(record))) {
          LOG.warn("dropping image {}: {}", record.id(), orphaned ? "unheld" : "layers missing");
          parts.catalog().remove(id(record));
        }
      }
    }
    parts.blobs().retain(parts.catalog().documents());
    removeUnusedLater();
  }

  private static Digest id(ImageRecord record) {
    return ImageCatalog.id(record);
  }

  /** Complete layers that nobody uses wait a while for the next try. */
  private void removeUnusedLater() {
    Map<Digest, Long> idle = parts.layers().idle();
    if (idle.isEmpty()) {
      return;
    }
    CompletableFuture.delayedExecutor(keepUnused.toMillis(), TimeUnit.MILLISECONDS, VIRTUAL)
        .execute(() -> {
          try {
            if (!closed.get()) {
              parts.layers().removeIdle(idle);
            }
          } catch (ImageException e) {
            LOG.warn("cannot remove unused layers: {}", e.getMessage());
          }
        });
  }

  @Override
  public RunningPull begin(ImageReference reference, RegistryAuth auth) {
    return new Tidy(pulls.begin(reference, auth));
  }

  /** Sees to what a broken pull leaves. */
  private final class Tidy implements RunningPull {
    private final RunningPull pull;

    Tidy(RunningPull pull) {
      this.pull = pull;
    }

    @Override
    public Progress progress() {
      return pull.progress();
    }

    @Override
    public Image await() throws ImageException {
      try {
        return pull.await();
      } catch (ImageException.Unavailable | ImageException.Cancelled e) {
        removeUnusedLater();
        throw e;
      }
    }

    @Override
    public void close() {
      pull.close();
    }
  }

  @Override
  public List<Image> importArchive(
      InputStream archive, @Nullable ImageReference name, Progress progress) throws ImageException {
    try {
      return imports.importArchive(archive, name, progress);
    } catch (ImageException.Unavailable | ImageException.Cancelled e) {
      removeUnusedLater();
      throw e;
    }
  }

  @Override
  public List<Image> list() {
    return parts.catalog().state().listed().values().stream().map(parts::image).toList();
  }

  @Override
  public Optional<Image> find(String nameOrId) {
    return new ImageLookup(parts.catalog().state()).find(nameOrId).map(parts::image);
  }

  @Override
  public void remove(Digest imageId) throws ImageException {
    departure.remove(imageId);
  }

  @Override
  public void untag(ImageReference reference) throws ImageException {
    departure.untag(reference);
  }

  @Override
  public Image tag(Digest imageId, ImageReference name) throws ImageException {
    return naming.tag(imageId, name);
  }

  @Override
  public Image commit(Commit commit, Commit.Stillness stillness, Progress progress)
      throws ImageException {
    return WorkReport.of(
        parts.observer(),
        Work.COMMIT,
        commit.name() == null ? "" : commit.name(),
        report -> {
          Image image = commits.commit(commit, stillness, progress);
          report.fact("id", image.id()).fact("container", commit.snapshot());
          return image;
        });
  }

  @Override
  public List<HistoryStep> history(Image image) throws ImageException {
    return outlet.history(image);
  }

  @Override
  public ImageExport export(List<ImageExport.Wanted> images) throws ImageException {
    return outlet.export(images);
  }

  @Override
  public PushedImage push(Image image, ImageReference name, RegistryAuth auth, Progress progress)
      throws ImageException {
    return pushes.push(image, name, auth, progress);
  }

  @Override
  public List<Path> layers(Image image) throws ImageException {
    return parts.lower(image.diffIds());
  }

  @Override
  public ImageConfig config(Image image) throws ImageException {
    return ManifestReader.config("config of image " + image.id(), parts.blobs().get(image.id()));
  }

  @Override
  public ImageHold hold(Digest imageId, String owner) throws ImageException {
    return departure.hold(imageId, owner);
  }

  @Override
  public void release(String owner) throws ImageException {
    departure.release(owner);
  }

  @Override
  public Map<String, Digest> holds() {
    return departure.holds();
  }

  @Override
  public void check(boolean repair, Map<String, RegistryAuth> logins, CheckObserver observer)
      throws ImageException {
    StoreRepair repairs = repair ? new StoreRepair(parts, pulls, departure, logins) : null;
    new StoreCheck(parts, observer, repairs).run();
  }

  @Override
  public FsUsage fsUsage() {
    return new FsUsage(
        parts.layout().root(), parts.layers().totalBytes(), parts.layers().totalInodes());
  }

  @Override
  public Snapshots snapshots() {
    return snapshots;
  }

  @Override
  public DeclaredVolumes volumes() {
    return volumes;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      pulls.close();
      parts.layers().close();
      trash.close();
    }
  }
}
