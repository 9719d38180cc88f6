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

  /** Number of the last one that succeeded; one that failed serves nobody. */
  private long lastGood;

  GroupSync(FileCalls files, Fd anyDirectory) {
    this.files = files;
    this.anyDirectory = anyDirectory;
  }

  /** Returns when everything the caller has written is on disk. */
  void sync() throws SyscallException {
    long before = startedSoFar();
    syncing.lock();
    try {
      if (lastGood <= before) {
        long mine = begin();
        files.syncfs(anyDirectory);
        lastGood = mine;
      }
    } finally {
      syncing.unlock();
    }
  }

  private synchronized long startedSoFar() {
    return started;
  }

  private synchronized long begin() {
    return ++started;
  }
}
