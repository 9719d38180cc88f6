package io.gantry.image.erofs;

import io.gantry.image.layer.LayerEntries;
import io.gantry.image.layer.LayerSize;
import io.gantry.image.layer.LayerUnpacker;
import io.gantry.image.layer.TarEntry;
import io.gantry.image.layer.TarReader;
import io.gantry.image.layer.UnpackLimits;
import io.gantry.image.layer.UnpackedLayer;
import io.gantry.linux.FileCalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes a layer as one EROFS image: the contents of the files as they come, then the inodes.
 * Shared by all layer threads; the native buffers are reused, because direct memory is only given
 * back by the garbage collector.
 */
public final class ErofsUnpacker implements LayerUnpacker {

  /**
   * Written at a time. The page cache takes pages as large as the write: those of more than some 64
   * KiB are seldom at hand, and filling such cold ones costs several times the copying.
   */
  private static final int BUFFER = 64 << 10;

  /** Of all layers that are written at a time: some 80,000 files with ordinary names. */
  private static final long MOST_MEMORY = 40 << 20;

  private final FileCalls files;
  private final UnpackLimits limits;
  private final AtomicLong memory;
  private final ConcurrentLinkedQueue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();

  public ErofsUnpacker(FileCalls files, UnpackLimits limits) {
    this(files, limits, MOST_MEMORY);
  }

  ErofsUnpacker(FileCalls files, UnpackLimits limits, long mostMemory) {
    this.files = files;
    this.limits = limits;
    this.memory = new AtomicLong(mostMemory);
  }

  /**
   * As in the interface.
   *
   * @throws TooLargeException for a layer that only a directory can take
   */
  @Override
  public UnpackedLayer unpack(TarReader tar, Path target) throws IOException {
    ByteBuffer pooled = buffers.poll();
    ByteBuffer buffer = pooled == null ? ByteBuffer.allocateDirect(BUFFER) : pooled;
    try (BlockFile file = BlockFile.create(files, target, buffer);
        TreeWeight weight = new TreeWeight(memory)) {
      file.zeros(BlockFile.BLOCK);
      LayerTree tree = new LayerTree(new LayerSize(limits.maxEntries()), weight);
      contents(tar, tree, file);
      new ImageMetadata(file, tree.root()).write();
      return new UnpackedLayer(file.position(), 1, file.sums());
    } finally {
      buffers.offer(buffer);
    }
  }

  private void contents(TarReader tar, LayerTree tree, BlockFile file) throws IOException {
    LayerEntries entries = new LayerEntries(tar, limits);
    @Nullable TarEntry entry;
    while ((entry = entries.next()) != null) {
      Node node = tree.apply(entry);
      if (node != null) {
        int block = file.block();
        node.size = file.content(tar);
        node.place = node.size == 0 ? 0 : block;
      }
    }
  }
}
