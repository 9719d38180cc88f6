package io.gantry.image.content;

import io.gantry.image.layer.Tree;
import io.gantry.linux.Errno;
import io.gantry.linux.FileCalls;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes trees without making anybody wait: a rename takes them out of sight at once, one thread
 * deletes them later, and what a crash leaves is deleted at the next start. Safe for all threads.
 */
public final class Trash implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Trash.class);

  private final Path folder;
  private final FileCalls files;
  private final DiskFiles disk;
  private final AtomicLong sequence = new AtomicLong(System.nanoTime());
  private final ThreadPoolExecutor sweeper;

  /**
   * @param folder on the file system of everything that will be thrown in
   */
  public Trash(Path folder, FileCalls files) {
    this.folder = folder;
    this.files = files;
    this.disk = new DiskFiles(files);
    this.sweeper =
        new ThreadPoolExecutor(
            1,
            1,
            5,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("gantry-trash").daemon().factory());
    sweeper.allowCoreThreadTimeOut(true);
  }

  /** Starts deleting what an earlier life left. */
  public void sweep() throws IOException {
    try (Stream<Path> left = Files.list(folder)) {
      left.forEach(this::deleteLater);
    }
  }

  /**
   * Takes a file or tree out of sight; false when it was not there. Where the disk is so full that
   * not even a name fits, it is deleted on the spot.
   */
  public boolean take(Path victim) throws IOException {
    Path target = folder.resolve(victim.getFileName() + "-" + sequence.incrementAndGet());
    try {
      disk.move(victim, target);
    } catch (SyscallException e) {
      if (e.is(Errno.ENOENT)) {
        return false;
      }
      if (!e.is(Errno.ENOSPC) && !e.is(Errno.EDQUOT)) {
        throw e;
      }
      Tree.delete(files, victim);
      return true;
    }
    deleteLater(target);
    return true;
  }

  private void deleteLater(Path target) {
    sweeper.execute(() -> {
      try {
        Tree.delete(files, target);
      } catch (IOException e) {
        LOG.warn("cannot delete {}, the next start tries again: {}", target, e.toString());
      }
    });
  }

  /** Stops after the deletion in progress; the rest is done at the next start. */
  @Override
  public void close() {
    sweeper.shutdownNow();
  }
}
