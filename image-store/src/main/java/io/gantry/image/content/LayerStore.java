package io.gantry.image.content;

import io.gantry.image.content.Flights.Seat;
import io.gantry.image.content.LayerStaging.Staged;
import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.manifest.MediaTypes;
import io.gantry.image.progress.LayerProgress;
import io.gantry.image.progress.Progress;
import io.gantry.image.reference.Digest;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The unpacked layers, each in a directory named by its diff id, counted by how many images and
 * running pulls use it. Safe for all threads.
 */
public final class LayerStore implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LayerStore.class);

  private final StoreLayout layout;
  private final FileCalls files;
  private final DiskFiles disk;
  private final Trash trash;
  private final LayerStaging staging;
  private final LayerMounts mounts;
  private final LayerThreads threads;
  private final Fd rootFd;
  private final Flights<Digest, LayerRecord, LayerWork> flights = new Flights<>();
  private final Map<Digest, LayerRecord> stored = new HashMap<>();
  private final LayerClaims claims = new LayerClaims();

  private LayerStore(
      StoreLayout layout, FileCalls files, Trash trash, LayerWriters writers, LayerThreads threads)
      throws IOException {
    this.layout = layout;
    this.files = files;
    this.disk = new DiskFiles(files);
    this.trash = trash;
    this.threads = threads;
    this.rootFd = files.open(layout.root(), FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0);
    this.staging =
        new LayerStaging(
            layout.staging(),
            files,
            trash,
            writers.directories(),
            writers.images(),
            new GroupSync(files, rootFd));
    this.mounts = new LayerMounts(writers.mounter());
  }

  /**
   * Finds the layers that are there; what is not a whole layer goes to the trash.
   *
   * @param parallel how many layers are unpacked at a time
   */
  public static LayerStore open(
      StoreLayout layout, FileCalls files, Trash trash, LayerWriters writers, int parallel)
      throws IOException {
    LayerStore store = new LayerStore(layout, files, trash, writers, new LayerThreads(parallel));
    store.load();
    return store;
  }

  private void load() throws IOException {
    List<Path> found;
    try (Stream<Path> entries = Files.list(layout.layers())) {
      found = entries.toList();
    }
    for (Path folder : found) {
      try {
        LayerRecord record = RecordFile.read(folder.resolve(LayerRecord.FILE), LayerRecord.class);
        Digest diffId = Digest.parse(record.diffId());
        if (!folder.equals(layout.layer(diffId))) {
          throw new IOException("its record is that of layer " + diffId);
        }
        stored.put(diffId, record);
        claims.found(diffId);
      } catch (IOException e) {
        LOG.warn("removing {}, which is no whole layer: {}", folder, e.getMessage());
        trash.take(folder);
      }
    }
  }

  /**
   * Makes sure that all layers are here and claims each for the caller, who gives them back with
   * {@link #release}. The first failure stops the others, and nothing stays claimed. After a
   * failure of the network the layers that are complete wait for the next try; otherwise they go.
   *
   * @param progress gets a row for each layer
   */
  public void acquire(List<LayerSpec> wanted, BlobSource source, Progress progress)
      throws ImageException {
    List<Digest> diffIds = wanted.stream().map(LayerSpec::diffId).toList();
    claim(diffIds);
    try (LayerRace race = new LayerRace()) {
      List<LayerProgress> rows = new ArrayList<>();
      for (LayerSpec layer : wanted) {
        rows.add(isStored(layer.diffId()) ? present(layer) : enter(race, layer, source));
      }
      progress.add(rows);
      race.await();
    } catch (ImageException e) {
      giveBack(diffIds, e);
      throw e;
    }
  }

  private static LayerProgress present(LayerSpec layer) {
    return LayerProgress.present(layer.blob().digest().toString(), layer.blob().size());
  }

  private LayerProgress enter(LayerRace race, LayerSpec layer, BlobSource source) {
    Executor executor = threads.forSize(layer.blob().size());
    Seat<LayerRecord, LayerWork> seat =
        flights.board(layer.diffId(), executor, new LayerWork(layer, source));
    race.enter(seat);
    return seat.work().progress;
  }

  /** Brings one layer, for all pulls that wait for it. */
  private final class LayerWork implements Flights.Work<LayerRecord> {
    private final LayerSpec layer;
    private final BlobSource source;
    private final LayerProgress progress;

    LayerWork(LayerSpec layer, BlobSource source) {
      this.layer = layer;
      this.source = source;
      this.progress = LayerProgress.waiting(layer.blob().digest().toString(), layer.blob().size());
    }

    @Override
    public LayerRecord run() throws IOException {
      LayerRecord record = bring(layer, source, progress);
      progress.reached(LayerProgress.Stage.DONE);
      return record;
    }
  }

  private void giveBack(List<Digest> diffIds, ImageException failure) {
    boolean worthKeeping =
        failure instanceof ImageException.Unavailable
            || failure instanceof ImageException.Cancelled;
    try {
      if (worthKeeping) {
        abandon(diffIds);
      } else {
        release(diffIds);
      }
    } catch (ImageException cleanup) {
      failure.addSuppressed(cleanup);
    }
  }

  private void abandon(Collection<Digest> diffIds) {
    synchronized (stored) {
      claims.release(diffIds);
      diffIds.stream().filter(diffId -> !stored.containsKey(diffId)).forEach(claims::forget);
    }
  }

  private boolean isStored(Digest diffId) {
    synchronized (stored) {
      return stored.containsKey(diffId);
    }
  }

  private void claim(Collection<Digest> diffIds) {
    synchronized (stored) {
      claims.claim(diffIds);
    }
  }

  /** Claims layers for an image record that was found at start; false if one is missing. */
  public boolean claimStored(Collection<Digest> diffIds) {
    synchronized (stored) {
      boolean complete = stored.keySet().containsAll(diffIds);
      if (complete) {
        claim(diffIds);
      }
      return complete;
    }
  }

  private LayerRecord bring(LayerSpec layer, BlobSource source, LayerProgress progress)
      throws IOException {
    synchronized (stored) {
      LayerRecord there = stored.get(layer.diffId());
      if (there != null) {
        return there;
      }
    }
    Staged staged = staging.stage(layer, source, progress);
    try {
      return show(layer, staged);
    } catch (IOException e) {
      staging.discard(staged.folder(), e);
      throw LayerStaging.explained(layer, e);
    }
  }

  private LayerRecord show(LayerSpec layer, Staged staged) throws IOException {
    synchronized (stored) {
      if (!claims.isClaimed(layer.diffId())) {
        throw new ImageException.Cancelled(
            "layer " + layer.blob().digest(), "nobody waits for it any more");
      }
      LayerRecord earlier = stored.get(layer.diffId());
      if (earlier != null) {
        trash.take(staged.folder());
        return earlier;
      }
      disk.move(staged.folder(), layout.layer(layer.diffId()));
      stored.put(layer.diffId(), staged.record());
    }
    return staged.record();
  }

  /** Comparing and replacing the stored layers. */
  public LayerUpkeep upkeep() {
    return new LayerUpkeep(layout, files, trash, staging, stored, mounts);
  }

  /**
   * A directory with the files of a stored layer, which the caller has claimed: for this process
   * and while the layer is here. An image is mounted for that, which may wait for the disk.
   */
  public Path files(Digest diffId) throws ImageException {
    LayerRecord record;
    synchronized (stored) {
      record = stored.get(diffId);
    }
    if (record == null || !record.isImage()) {
      return layout.layerFiles(diffId, LayerForm.DIRECTORY);
    }
    try {
      return mounts.of(layout.layerFiles(diffId, LayerForm.EROFS));
    } catch (IOException e) {
      throw new ImageException.Storage(
          "layer " + diffId,
          "cannot mount its image: " + e.getMessage(),
          "look at it with gantry fsck, or pull it again with image.layer_form = \"directory\"",
          e);
    }
  }

  /** Makes sure that the layers' names are on disk, before a record refers to them. */
  public void syncNames() throws ImageException {
    try {
      disk.syncNames(layout.layers());
    } catch (SyscallException e) {
      throw new ImageException.Storage(
          layout.layers().toString(), "cannot sync: " + e.getMessage(), "check the disk", e);
    }
  }

  /** Gives claims back; a layer whose last claim goes is removed. */
  public void release(Collection<Digest> diffIds) throws ImageException {
    @Nullable ImageException failure = null;
    synchronized (stored) {
      abandon(diffIds);
      for (Digest diffId : diffIds) {
        try {
          if (claims.isIdle(diffId)) {
            remove(diffId);
          }
        } catch (ImageException e) {
          failure = failure == null ? e : suppressing(failure, e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static ImageException suppressing(ImageException first, ImageException other) {
    first.addSuppressed(other);
    return first;
  }

  /** The record goes first: whatever happens then, what is left is no layer. */
  private void remove(Digest diffId) throws ImageException {
    try {
      disk.delete(layout.layer(diffId).resolve(LayerRecord.FILE));
      trash.take(layout.layer(diffId));
      stored.remove(diffId);
      mounts.drop(layout.layerFiles(diffId, LayerForm.EROFS));
      claims.forget(diffId);
    } catch (IOException e) {
      throw new ImageException.Storage(
          "layer " + diffId, "cannot remove: " + e.getMessage(), "check the disk", e);
    }
  }

  /** The layers that no image and no pull claims now, each with a number of this idleness. */
  public Map<Digest, Long> idle() {
    synchronized (stored) {
      return claims.idle();
    }
  }

  /** Removes layers that nobody has claimed since they were seen in {@link #idle}. */
  public void removeIdle(Map<Digest, Long> seen) throws ImageException {
    synchronized (stored) {
      for (Map.Entry<Digest, Long> layer : seen.entrySet()) {
        if (claims.isIdleSince(layer.getKey(), layer.getValue())) {
          remove(layer.getKey());
        }
      }
    }
  }

  /** The blob that a stored layer came from; of one that is gone, the diff id without a size. */
  public Descriptor origin(Digest diffId) throws ImageException {
    LayerRecord record;
    synchronized (stored) {
      record = stored.get(diffId);
    }
    return record == null
        ? new Descriptor(MediaTypes.OCI_LAYER, diffId, 0)
        : new Descriptor(
            MediaTypes.OCI_LAYER, Digest.parse(record.digest()), record.transferSize());
  }

  /** Bytes on disk of some layers. */
  public long bytes(Collection<Digest> diffIds) {
    synchronized (stored) {
      return diffIds.stream()
          .distinct()
          .map(stored::get)
          .mapToLong(layer -> layer == null ? 0 : layer.bytes())
          .sum();
    }
  }

  /** Bytes of all layers. */
  public long totalBytes() {
    synchronized (stored) {
      return stored.values().stream().mapToLong(LayerRecord::bytes).sum();
    }
  }

  /** Inodes of all layers. */
  public long totalInodes() {
    synchronized (stored) {
      return stored.values().stream().mapToLong(LayerRecord::inodes).sum();
    }
  }

  @Override
  public void close() {
    threads.close();
    mounts.close();
    rootFd.close();
  }
}
