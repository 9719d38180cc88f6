package io.gantry.image.layer;

import io.gantry.image.error.ImageException;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks a layer into plain files and directories. Shared by all layer threads; the native buffers
 * are reused, because direct memory is only given back by the garbage collector.
 */
public final class DirectoryUnpacker implements LayerUnpacker {

  private static final int BUFFER = 256 << 10;
  static final int ROOT_MODE = 0755;

  private final FileCalls files;
  private final Privileges privileges;
  private final UnpackLimits limits;
  private final ConcurrentLinkedQueue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();

  public DirectoryUnpacker(FileCalls files, Privileges privileges, UnpackLimits limits) {
    this.files = files;
    this.privileges = privileges;
    this.limits = limits;
  }

  @Override
  public UnpackedLayer unpack(TarReader tar, Path target) throws IOException {
    ByteBuffer pooled = buffers.poll();
    ByteBuffer buffer = pooled == null ? ByteBuffer.allocateDirect(BUFFER) : pooled;
    files.mkdirat(Fd.CWD, target.toString(), ROOT_MODE);
    files.fchmodat(Fd.CWD, target.toString(), ROOT_MODE);
    try (Fd root = files.open(target, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0);
        Extraction extraction =
            new Extraction(files, root, privileges, buffer, new LayerSize(limits.maxEntries()))) {
      return unpack(tar, extraction);
    } finally {
      buffers.offer(buffer);
    }
  }

  private UnpackedLayer unpack(TarReader tar, Extraction extraction) throws IOException {
    long entries = 0;
    @Nullable TarEntry entry;
    while ((entry = tar.next()) != null) {
      if (++entries > limits.maxEntries()) {
        throw new ImageException.Refused(
            "tar entry " + entry.name(),
            "the layer has more than " + limits.maxEntries() + " entries",
            "raise image.max_layer_entries if you trust the image");
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new ImageException.Cancelled("tar entry " + entry.name(), "unpacking was stopped");
      }
      extraction.apply(entry, tar);
    }
    return extraction.finish();
  }
}
