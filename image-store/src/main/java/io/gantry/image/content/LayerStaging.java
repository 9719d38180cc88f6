package io.gantry.image.content;

import io.gantry.image.erofs.TooLargeException;
import io.gantry.image.error.ImageException;
import io.gantry.image.inventory.InventoryWriter;
import io.gantry.image.layer.UnpackedLayer;
import io.gantry.image.progress.LayerProgress;
import io.gantry.image.reference.Digest;
import io.gantry.linux.FileCalls;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where layers are made before they are shown: each in a directory of its own with its inventory
 * and its record, synced. Safe for all layer threads.
 */
final class LayerStaging {

  private static final Logger LOG = LoggerFactory.getLogger(LayerStaging.class);

  private final Path folder;
  private final FileCalls files;
  private final DiskFiles disk;
  private final Trash trash;
  private final LayerPass pass;
  private final @Nullable LayerPass imagePass;
  private final GroupSync sync;
  private final AtomicLong sequence = new AtomicLong();

  /**
   * @param folder emptied at start
   * @param pass for layers as directories
   * @param imagePass for those that become images; null when none does
   */
  LayerStaging(
      Path folder,
      FileCalls files,
      Trash trash,
      LayerPass pass,
      @Nullable LayerPass imagePass,
      GroupSync sync) {
    this.folder = folder;
    this.files = files;
    this.disk = new DiskFiles(files);
    this.trash = trash;
    this.pass = pass;
    this.imagePass = imagePass;
    this.sync = sync;
  }

  /** A whole layer that is on disk and not shown yet. */
  record Staged(Path folder, LayerRecord record) {}

  /**
   * Brings a layer here, from another endpoint when one brings wrong bytes; of one that fails
   * nothing stays.
   */
  Staged stage(LayerSpec layer, BlobSource source, LayerProgress progress) throws IOException {
    LayerForm form = imagePass == null ? LayerForm.DIRECTORY : LayerForm.EROFS;
    while (true) {
      try {
        return stageOnce(layer, source, progress, form);
      } catch (WrongBytesException e) {
        LOG.warn("trying another endpoint: {}", e.getMessage());
      } catch (TooLargeException e) {
        LOG.info("layer {} is unpacked as a directory: {}", layer.diffId(), e.getMessage());
        form = LayerForm.DIRECTORY;
      }
    }
  }

  private Staged stageOnce(
      LayerSpec layer, BlobSource source, LayerProgress progress, LayerForm form)
      throws IOException {
    Path staged = folder.resolve("layer-" + sequence.incrementAndGet());
    try {
      disk.makeDirectory(staged);
      UnpackedLayer unpacked = pass(form).run(layer, source, progress, staged);
      Digest inventory = InventoryWriter.write(files, staged, unpacked.sums());
      LayerRecord record = record(layer, unpacked, inventory, form);
      disk.write(staged.resolve(LayerRecord.FILE), RecordFile.bytes(record));
      sync.sync();
      return new Staged(staged, record);
    } catch (IOException e) {
      discard(staged, e);
      throw explained(layer, e);
    } catch (RuntimeException e) {
      discard(staged, e);
      throw e;
    }
  }

  private LayerPass pass(LayerForm form) {
    return form == LayerForm.EROFS && imagePass != null ? imagePass : pass;
  }

  private static LayerRecord record(
      LayerSpec layer, UnpackedLayer unpacked, Digest inventory, LayerForm form) {
    return new LayerRecord(
        LayerRecord.VERSION,
        layer.diffId().toString(),
        layer.blob().digest().toString(),
        layer.blob().size(),
        unpacked.bytes(),
        unpacked.inodes(),
        inventory.toString(),
        form);
  }

  /** A failure of the disk told as one of the layer. */
  static IOException explained(LayerSpec layer, IOException e) {
    boolean told =
        e instanceof ImageException
            || e instanceof WrongBytesException
            || e instanceof TooLargeException;
    if (told) {
      return e;
    }
    return new ImageException.Storage(
        "layer " + layer.blob().digest(),
        "cannot store: " + e.getMessage(),
        "check the disk of the image store",
        e);
  }

  /** Others wait for this thread: it deletes nothing itself. */
  void discard(Path staged, Exception failure) {
    try {
      trash.take(staged);
    } catch (IOException cleanup) {
      failure.addSuppressed(cleanup);
    }
  }
}
