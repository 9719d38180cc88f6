package io.gantry.nri;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one installed plugin running: when it ends, or is dropped, it is ended with all it started
 * and begun again after a pause, each twice as long as the one before.
 */
final class PluginKeeper implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(PluginKeeper.class);

  /** After so many doublings pauses stay as they are. */
  private static final int DOUBLINGS = 6;

  /** A little longer than supervisors take for a program that does not want to end. */
  private static final Duration END = Duration.ofSeconds(5);

  private final InstalledPlugin plugin;
  private final PluginHost host;
  private final PluginDirectories directories;
  private final PluginStarter starter;
  private final Duration firstPause;
  private final CountDownLatch tried = new CountDownLatch(1);
  private final CountDownLatch leaving = new CountDownLatch(1);
  private final Thread thread;
  private PluginStarter.@Nullable Running running;

  private PluginKeeper(
      InstalledPlugin plugin,
      PluginHost host,
      PluginDirectories directories,
      PluginStarter starter,
      Duration firstPause) {
    this.plugin = plugin;
    this.host = host;
    this.directories = directories;
    this.starter = starter;
    this.firstPause = firstPause;
    this.thread = Thread.ofVirtual().name("nri keep " + plugin.title()).unstarted(this::keep);
  }

  /** Begins; the first attempt has been made when {@link #awaitFirstAttempt} returns. */
  static PluginKeeper start(
      InstalledPlugin plugin,
      PluginHost host,
      PluginDirectories directories,
      PluginStarter starter,
      Duration firstPause) {
    PluginKeeper keeper = new PluginKeeper(plugin, host, directories, starter, firstPause);
    keeper.thread.start();
    return keeper;
  }

  /** Until the plugin is served for the first time, or that has failed and is logged. */
  void awaitFirstAttempt() throws InterruptedException {
    tried.await();
  }

  private void keep() {
    try {
      int failures = 0;
      Duration pause;
      do {
        boolean lasted = runOnce();
        failures = lasted ? 0 : Math.min(failures + 1, DOUBLINGS);
        pause = firstPause.multipliedBy(1L << Math.max(0, failures - 1));
        if (leaving.getCount() > 0) {
          log.warn("NRI plugin {} is started again in {} ms", plugin.title(), pause.toMillis());
        }
      } while (!leaving.await(pause.toNanos(), TimeUnit.NANOSECONDS));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      tried.countDown();
    }
  }

  /** Whether it was served for so long that it may be begun again soon. */
  private boolean runOnce() throws InterruptedException {
    long begun = System.nanoTime();
    try {
      Registration.Invitation invitation =
          new Registration.Invitation(
              plugin.index(), plugin.name(), directories.configuration(plugin));
      PluginStarter.Running program = begin();
      if (program != null) {
        serve(program, invitation);
        int status = program.awaitEnd();
        log.info("NRI plugin {} has ended with status {}", plugin.title(), status);
      }
    } catch (IOException e) {
      log.warn(
          "NRI plugin {} cannot be started from {}: {}",
          plugin.title(),
          plugin.program(),
          e.getMessage());
    } finally {
      tried.countDown();
    }
    return System.nanoTime() - begun > firstPause.toNanos() << DOUBLINGS;
  }

  /** Nothing when it is too late for that. */
  private synchronized PluginStarter.@Nullable Running begin() throws IOException {
    if (leaving.getCount() == 0) {
      return null;
    }
    running = starter.start(plugin);
    return running;
  }

  /** Until the connection has ended; without it the program is of no use. */
  private void serve(PluginStarter.Running program, Registration.Invitation invitation)
      throws InterruptedException {
    try (program) {
      Optional<Plugin> served = Registration.run(host, program.channel(), invitation);
      tried.countDown();
      if (served.isPresent()) {
        served.get().line().awaitEnd();
      }
    }
  }

  /** Does not begin it again. */
  void leave() {
    leaving.countDown();
  }

  /** Ends it; its supervisor sees to that, and goes on to where this process cannot wait for it. */
  @Override
  public void close() {
    leave();
    synchronized (this) {
      if (running != null) {
        running.close();
      }
    }
    try {
      thread.join(END);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
