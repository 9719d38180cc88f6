package io.gantry.daemon;

import io.gantry.config.Config;
import io.gantry.linux.Linux;
import io.gantry.linux.Syscalls;
import io.gantry.rpc.RpcServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running daemon. It starts in this order: directories, the lock, the kernel's calls, the
 * services, recovery, the socket; it stops in the opposite one.
 */
final class Daemon implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final CountDownLatch end = new CountDownLatch(1);

  private Daemon() {}

  /** Serves when it returns. On failure nothing of it is left. */
  static Daemon start(Config config) throws IOException {
    return start(config, Wiring::services);
  }

  /** How the services come to be. */
  @FunctionalInterface
  interface Assembly {
    Services services(Config config, Syscalls syscalls) throws IOException;
  }

  static Daemon start(Config config, Assembly assembly) throws IOException {
    long begin = System.nanoTime();
    Daemon daemon = new Daemon();
    try {
      daemon.open(config, assembly);
    } catch (IOException | RuntimeException | Error e) {
      daemon.closeAfter(e);
      throw e;
    }
    NodeFacts.log(LOG, config, (System.nanoTime() - begin) / 1_000_000);
    SystemdNotice.send(System.getenv("NOTIFY_SOCKET"), "READY=1");
    return daemon;
  }

  private void open(Config config, Assembly assembly) throws IOException {
    make(config.state(), "rwx--x--x");
    make(config.root(), "rwx--x--x");
    parts.push(InstanceLock.take(config.state()));
    if (!config.root().equals(config.state())) {
      parts.push(InstanceLock.take(config.root()));
    }
    // Loads JNA now: the first call of a client must not wait for it.
    Syscalls syscalls = Linux.syscalls();
    Services services = assembly.services(config, syscalls);
    parts.push(services.closing()::close);
    services.recovery().run();
    Set<PosixFilePermission> mode = PosixFilePermissions.fromString(config.socketMode());
    parts.push(RpcServer.start(config.socket(), mode, services.edge()));
  }

  private static void make(Path directory, String mode) throws IOException {
    FileAttribute<?> permissions =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
    Files.createDirectories(directory, permissions);
  }

  /** Returns when {@link #close} has been called. */
  void awaitEnd() {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops serving; what runs in containers is not touched. Doing it twice is fine. */
  @Override
  public void close() {
    SystemdNotice.send(System.getenv("NOTIFY_SOCKET"), "STOPPING=1");
    closeParts(null);
    LOG.info("stopped; containers keep running");
    end.countDown();
  }

  private void closeAfter(Throwable failure) {
    closeParts(failure);
  }

  private void closeParts(@org.jspecify.annotations.Nullable Throwable failure) {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        if (failure == null) {
          LOG.atWarn().setCause(e).log("a part did not stop cleanly");
        } else {
          failure.addSuppressed(e);
        }
      }
    }
  }
}
