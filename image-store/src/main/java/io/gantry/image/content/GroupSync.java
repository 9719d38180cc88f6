package io.gantry.image.content;

import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.SyscallException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Syncs the store's file system for everybody who waits: one syncfs(2) serves all that were written
 * before it began. Safe for all threads; blocks natively, so platform threads only.
 */
final class GroupSync {

  private final FileCalls files;
  private final Fd anyDirectory;
  private final ReentrantLock syncing = new ReentrantLock();
  private long started;

  GroupSync(FileCalls files, Fd anyDirectory) {
    this.files = files;
    this.anyDirectory = anyDirectory;
  }

  /** Returns when everything the caller has written is on disk. */
  void sync() throws SyscallException {
    long before = startedSoFar();
    syncing.lock();
    try {
      // Two have begun since: the second began after the caller's last write and is over.
      if (startedSoFar() < before + 2) {
        begin();
        files.syncfs(anyDirectory);
      }
    } finally {
      syncing.unlock();
    }
  }

  private synchronized long startedSoFar() {
    return started;
  }

  private synchronized void begin() {
    started++;
  }
}
