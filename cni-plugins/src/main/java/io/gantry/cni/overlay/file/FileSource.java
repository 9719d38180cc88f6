package io.gantry.cni.overlay.file;

import io.gantry.cni.overlay.Membership;
import io.gantry.cni.overlay.Peer;
import io.gantry.cni.overlay.PeerSource;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The nodes as a file has them, read again when anything in its directory changes: editors and
 * configuration tools put a new file in the old one's place.
 */
public final class FileSource implements PeerSource {

  private final Path file;
  private @Nullable WatchService watch;
  private @Nullable Thread thread;

  public FileSource(Path file) {
    this.file = file.toAbsolutePath();
  }

  @Override
  public void start(Self self, Listener listener) throws IOException {
    Path directory = file.getParent();
    if (directory == null) {
      throw new IOException(file + " is no file that could say who the other nodes are");
    }
    WatchService opened = directory.getFileSystem().newWatchService();
    watch = opened;
    directory.register(
        opened,
        StandardWatchEventKinds.ENTRY_CREATE,
        StandardWatchEventKinds.ENTRY_MODIFY,
        StandardWatchEventKinds.ENTRY_DELETE);
    thread =
        Thread.ofPlatform()
            .name("overlay file")
            .daemon()
            .start(() -> follow(opened, self, listener));
  }

  private void follow(WatchService opened, Self self, Listener listener) {
    try {
      boolean watching = true;
      @Nullable Object before = null;
      while (watching) {
        before = read(before, self, listener);
        WatchKey key = opened.take();
        key.pollEvents();
        watching = key.reset();
      }
      listener.failing(file.getParent() + " is gone: restart the daemon once it is back");
    } catch (ClosedWatchServiceException closed) {
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * A file that cannot be read may be half written: what it said before holds.
   *
   * @param before what was told last: the nodes, or the problem
   */
  private Object read(@Nullable Object before, Self self, Listener listener) {
    try {
      List<Peer> peers = PeerFile.read(file);
      if (!peers.equals(before)) {
        listener.changed(Membership.of(self.name(), peers));
      }
      return peers;
    } catch (IOException e) {
      String problem = String.valueOf(e.getMessage());
      if (!problem.equals(before)) {
        listener.failing(problem);
      }
      return problem;
    }
  }

  @Override
  public void close() {
    WatchService opened = watch;
    if (opened != null) {
      try {
        opened.close();
      } catch (IOException e) {
        throw new IllegalStateException("closing a watch of " + file.getParent() + " failed", e);
      }
    }
    Thread running = thread;
    if (running != null) {
      join(running);
    }
  }

  private static void join(Thread running) {
    try {
      running.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
