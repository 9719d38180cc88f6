package io.gantry.image.inventory;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.OpenHow;
import io.gantry.linux.SyscallException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/** Looks at the files of a layer, never through a link. One thread; waits natively for the disk. */
final class EntryReader {

  private static final int BUFFER = 256 << 10;
  private static final OpenHow CONTENT =
      OpenHow.beneath(FileFlags.O_RDONLY | FileFlags.O_NOFOLLOW | FileFlags.O_NONBLOCK);
  private static final OpenHow DIRECTORY =
      OpenHow.beneath(FileFlags.O_RDONLY | FileFlags.O_DIRECTORY | FileFlags.O_NOFOLLOW);

  /** Set by the node's own policies, after unpacking and anew. */
  private static final Set<String> NOT_THE_LAYERS =
      Set.of("security.selinux", "security.ima", "security.evm");

  private final FileCalls files;
  private final LongConsumer meter;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);

  /**
   * @param meter told how many bytes were read
   */
  EntryReader(FileCalls files, LongConsumer meter) {
    this.files = files;
    this.meter = meter;
  }

  FileCalls files() {
    return files;
  }

  Fd directory(Fd parent, String name) throws SyscallException {
    return files.openat2(parent, name, DIRECTORY);
  }

  /** CRC-32C of a regular file's content. */
  int sum(Fd directory, String name) throws SyscallException {
    CRC32C sum = new CRC32C();
    try (Fd file = files.openat2(directory, name, CONTENT)) {
      buffer.clear();
      while (files.read(file, buffer) > 0) {
        meter.accept(buffer.position());
        sum.update(buffer.flip());
        buffer.clear();
      }
    }
    return (int) sum.getValue();
  }

  /** CRC-32C over the extended attributes, 0 without any. */
  int attributes(Fd directory, String name) throws SyscallException {
    List<String> names;
    try {
      names = files.listxattr(directory, name);
    } catch (SyscallException e) {
      if (e.is(Errno.EOPNOTSUPP)) {
        return 0;
      }
      throw e;
    }
    Set<String> sorted = new TreeSet<>(names);
    sorted.removeAll(NOT_THE_LAYERS);
    if (sorted.isEmpty()) {
      return 0;
    }
    CRC32C sum = new CRC32C();
    for (String attribute : sorted) {
      sum.update(attribute.getBytes(StandardCharsets.UTF_8));
      sum.update(0);
      sum.update(files.getxattr(directory, name, attribute));
      sum.update(0);
    }
    return (int) sum.getValue();
  }
}
