package io.gantry.conformance.bench;

import io.gantry.conformance.node.FreshDisk;
import io.gantry.conformance.node.PrivateCgroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a runtime stands on while it is measured.
 *
 * @param directory for all its files
 * @param disk mounted there; absent where no disk could be made
 * @param storage where the files are, in words
 * @param group a cgroup that holds the runtime whole
 */
record Ground(Path directory, Optional<FreshDisk> disk, String storage, PrivateCgroup group)
    implements AutoCloseable {

  private static final long DISK_BYTES = 8L << 30;

  /**
   * Prepares it.
   *
   * @param directory to be made
   */
  static Ground make(Path directory) throws IOException, InterruptedException {
    Files.createDirectory(directory);
    PrivateCgroup group = PrivateCgroup.make(directory);
    try {
      FreshDisk disk = FreshDisk.mount(directory, DISK_BYTES);
      return new Ground(directory, Optional.of(disk), "each on a fresh ext4", group);
    } catch (IOException noDisk) {
      String storage = "each in a directory, because there is no disk: " + noDisk.getMessage();
      return new Ground(directory, Optional.empty(), storage, group);
    }
  }

  /** Waits until everything that was written here is stored. */
  void sync() throws IOException, InterruptedException {
    if (disk.isPresent()) {
      disk.get().sync();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      group.close();
    } finally {
      if (disk.isPresent()) {
        disk.get().close();
      }
    }
    Trees.delete(directory);
  }
}
