package io.gantry.cli.log;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Sleeps until something happens to a log, by the kernel's word (inotify). */
final class LogWatch implements AutoCloseable {
  private final WatchService service;

  /** Watches the directory of the log, because a rotated log is a new file there. */
  LogWatch(Path log) throws IOException {
    var directory = log.toAbsolutePath().getParent();
    if (directory == null) {
      throw new IOException("no log file: " + log);
    }
    service = directory.getFileSystem().newWatchService();
    directory.register(
        service, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
  }

  /** Returns true when something happened, false when the time is over. */
  boolean await(Duration atMost) throws InterruptedException {
    var key = service.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
    if (key == null) {
      return false;
    }
    key.pollEvents();
    key.reset();
    return true;
  }

  @Override
  public void close() throws IOException {
    service.close();
  }
}
