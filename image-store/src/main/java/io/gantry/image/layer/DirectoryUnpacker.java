package io.gantry.image.layer;

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

  /** Written at a time; more costs more, because the page cache takes pages as large. */
  private static final int BUFFER = 64 << 10;

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
    LayerEntries entries = new LayerEntries(tar, limits);
    @Nullable TarEntry entry;
    while ((entry = entries.next()) != null) {
      extraction.apply(entry, tar);
    }
    return extraction.finish();
  }
}
