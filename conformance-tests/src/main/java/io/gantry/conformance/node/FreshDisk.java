package io.gantry.conformance.node;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An empty journaling file system in a file, mounted on a directory. How fast a file system makes
 * files depends on what was deleted there before; a fresh one makes runs comparable.
 */
public final class FreshDisk implements AutoCloseable {

  private final Path file;
  private final Path directory;

  private FreshDisk(Path file, Path directory) {
    this.file = file;
    this.directory = directory;
  }

  /**
   * Makes and mounts one.
   *
   * @param directory an existing one; the file is made beside it
   * @param bytes how large; nothing is allocated before it is used
   */
  public static FreshDisk mount(Path directory, long bytes)
      throws IOException, InterruptedException {
    Path file = directory.resolveSibling(directory.getFileName() + ".ext4");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(bytes);
    }
    FreshDisk disk = new FreshDisk(file, directory);
    try {
      // Lazily made tables would be written by the kernel while something is measured.
      String tables = "lazy_itable_init=0,lazy_journal_init=0";
      var _ = Command.output("mkfs.ext4", "-q", "-m", "0", "-E", tables, file.toString());
      var _ = Command.output("mount", "-o", "loop", file.toString(), directory.toString());
    } catch (IOException | InterruptedException failure) {
      Files.delete(file);
      throw failure;
    }
    return disk;
  }

  /** Waits until all that was written is stored. */
  public void sync() throws IOException, InterruptedException {
    var _ = Command.output("sync", "--file-system", directory.toString());
  }

  @Override
  public void close() throws IOException {
    Leftovers leftovers = new Leftovers();
    leftovers.unmount(directory);
    leftovers.attempt(() -> Files.delete(file));
    leftovers.report();
  }
}
