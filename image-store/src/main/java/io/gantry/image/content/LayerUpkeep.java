package io.gantry.image.content;

import io.gantry.image.content.LayerStaging.Staged;
import io.gantry.image.error.ImageException;
import io.gantry.image.inventory.Inventory;
import io.gantry.image.inventory.InventoryCheck;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.progress.LayerProgress;
import io.gantry.image.reference.Digest;
import io.gantry.linux.Errno;
import io.gantry.linux.FileCalls;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Compares stored layers with what was written down of them, and replaces bad ones. */
public final class LayerUpkeep {

  private final StoreLayout layout;
  private final FileCalls files;
  private final DiskFiles disk;
  private final Trash trash;
  private final LayerStaging staging;
  private final Map<Digest, LayerRecord> stored;
  private final LayerMounts mounts;

  /**
   * @param stored the layers by diff id, guarded by itself
   */
  LayerUpkeep(
      StoreLayout layout,
      FileCalls files,
      Trash trash,
      LayerStaging staging,
      Map<Digest, LayerRecord> stored,
      LayerMounts mounts) {
    this.layout = layout;
    this.files = files;
    this.disk = new DiskFiles(files);
    this.trash = trash;
    this.staging = staging;
    this.stored = stored;
    this.mounts = mounts;
  }

  private @Nullable LayerRecord record(Digest diffId) {
    synchronized (stored) {
      return stored.get(diffId);
    }
  }

  /**
   * Compares a stored layer, which the caller has claimed, with what was written down of it.
   *
   * @param meter told how many bytes were read
   */
  public void check(Digest diffId, LongConsumer meter, InventoryCheck.Complaints complaints)
      throws IOException {
    LayerRecord record = record(diffId);
    Path folder = layout.layer(diffId);
    if (record == null || record.inventory() == null) {
      complaints.add(
          Inventory.FILE,
          record == null ? "the layer is gone" : "it was not written for this layer");
      return;
    }
    try {
      LayerRecord there = RecordFile.read(folder.resolve(LayerRecord.FILE), LayerRecord.class);
      if (!there.equals(record)) {
        complaints.add(LayerRecord.FILE, "it differs from what the daemon knows");
      }
    } catch (IOException e) {
      complaints.add(LayerRecord.FILE, "it cannot be read: " + e);
    }
    InventoryCheck.run(files, folder, Digest.parse(record.inventory()), meter, complaints);
  }

  /** Where a stored layer came from. */
  public LayerSpec origin(Digest diffId) throws ImageException {
    LayerRecord record = record(diffId);
    if (record == null) {
      throw new ImageException.NotFound(
          "layer " + diffId, "it is gone", "pull its image again if you want it");
    }
    Descriptor blob = new Descriptor("", Digest.parse(record.digest()), record.transferSize());
    return new LayerSpec(blob, diffId);
  }

  /**
   * Brings a layer again and puts it in the place of the stored one, in one step. Whoever has
   * mounted the old one must not exist: its files go.
   *
   * @param swap runs the step, or refuses it
   */
  public void replace(LayerSpec layer, BlobSource source, LayerProgress progress, Swap swap)
      throws IOException {
    Staged staged = staging.stage(layer, source, progress);
    try {
      swap.run(() -> exchange(layer.diffId(), staged));
    } catch (IOException e) {
      staging.discard(staged.folder(), e);
      throw LayerStaging.explained(layer, e);
    }
    trash.take(staged.folder());
  }

  /** Does a step when nobody can be in its way. */
  @FunctionalInterface
  public interface Swap {

    /** What is done. */
    @FunctionalInterface
    interface Step {
      void run() throws IOException;
    }

    void run(Step step) throws IOException;
  }

  private void exchange(Digest diffId, Staged staged) throws IOException {
    synchronized (stored) {
      exchange(staged.folder(), layout.layer(diffId));
      stored.put(diffId, staged.record());
      mounts.drop(layout.layerFiles(diffId, LayerForm.EROFS));
    }
    disk.syncNames(layout.layers());
  }

  private void exchange(Path fresh, Path old) throws SyscallException {
    try {
      disk.exchange(fresh, old);
    } catch (SyscallException e) {
      if (!e.is(Errno.ENOENT)) {
        throw e;
      }
      disk.move(fresh, old);
    }
  }
}
