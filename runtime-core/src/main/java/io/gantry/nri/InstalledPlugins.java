package io.gantry.nri;

import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The plugins that the daemon starts itself. */
public final class InstalledPlugins implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(InstalledPlugins.class);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  private final List<PluginKeeper> keepers;

  private InstalledPlugins(List<PluginKeeper> keepers) {
    this.keepers = keepers;
  }

  /** Returns when each is served or has failed and is logged, all of them at once. */
  public static InstalledPlugins start(
      PluginHost host, PluginDirectories directories, PluginStarter starter) {
    return start(host, directories, starter, FIRST_PAUSE);
  }

  /**
   * @param firstPause before a plugin that has ended is begun again
   */
  static InstalledPlugins start(
      PluginHost host, PluginDirectories directories, PluginStarter starter, Duration firstPause) {
    List<InstalledPlugin> installed = directories.installed();
    InstalledPlugins plugins =
        new InstalledPlugins(
            installed.stream()
                .map(each -> PluginKeeper.start(each, host, directories, starter, firstPause))
                .toList());
    try {
      for (PluginKeeper keeper : plugins.keepers) {
        keeper.awaitFirstAttempt();
      }
    } catch (InterruptedException _) {
      log.warn("interrupted while NRI plugins were started");
      Thread.currentThread().interrupt();
    }
    return plugins;
  }

  /** From now on none is begun again; those that run do. */
  public void leave() {
    keepers.forEach(PluginKeeper::leave);
  }

  /** Ends all of them at once. */
  @Override
  public void close() {
    keepers.stream()
        .map(keeper -> Thread.ofVirtual().name("nri end").start(keeper::close))
        .toList()
        .forEach(InstalledPlugins::join);
  }

  private static void join(Thread ending) {
    try {
      ending.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
