package io.gantry.daemon;

import io.gantry.config.Config;
import io.gantry.container.Containers;
import io.gantry.error.GantryException;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.nri.Changes;
import io.gantry.nri.InstalledPlugins;
import io.gantry.nri.NriSettings;
import io.gantry.nri.PluginDirectories;
import io.gantry.nri.PluginHost;
import io.gantry.nri.PluginServer;
import io.gantry.nri.PluginStarter;
import io.gantry.rpc.UnixSocketFile;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the plugins of the Node Resource Interface together with their socket. */
final class NriWiring implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(NriWiring.class);

  private final Config.NriSettings settings;
  private final PluginHost host;
  private final PluginStarter starter;
  private final UnixSocketFile file;
  private @Nullable PluginServer server;
  private @Nullable InstalledPlugins installed;

  NriWiring(Config.NriSettings settings, PluginHost host, PluginStarter starter) {
    this.settings = settings;
    this.host = host;
    this.starter = starter;
    this.file = new UnixSocketFile(settings.socket(), PosixFilePermissions.fromString("rw-------"));
  }

  static NriSettings settings(Config.NriSettings settings) {
    return new NriSettings(
        Version.text(),
        Duration.ofSeconds(settings.registrationTimeoutSeconds()),
        Duration.ofSeconds(settings.requestTimeoutSeconds()));
  }

  /**
   * Once, when pods and containers are as they are. Installed plugins are there when this returns:
   * no container is made without them.
   */
  void start() {
    host.begin();
    if (!settings.enabled()) {
      return;
    }
    installed =
        InstalledPlugins.start(
            host,
            new PluginDirectories(settings.pluginPath(), settings.pluginConfigPath()),
            starter);
    serve();
  }

  private void serve() {
    try {
      ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        file.publish(path -> socket.bind(UnixDomainSocketAddress.of(path)));
      } catch (IOException | GantryException e) {
        socket.close();
        throw e;
      }
      server = PluginServer.start(host, socket);
    } catch (GantryException e) {
      // Another runtime of this node may have it; pods do not need it.
      log.warn("no NRI plugin can connect: {}", e.advice());
    } catch (IOException e) {
      log.warn("no NRI plugin can connect: {}: {}", settings.socket(), e.toString());
    }
  }

  /** By services that are there once plugins can ask for something. */
  static Changes changes(Supplier<Containers> containers) {
    return new Changes() {
      @Override
      public void limit(String container, CgroupLimits change) {
        containers.get().limit(container, change);
      }

      @Override
      public void evict(String container) {
        containers.get().stop(container, Duration.ZERO);
      }
    };
  }

  @Override
  public void close() throws IOException {
    PluginServer serving = server;
    InstalledPlugins running = installed;
    if (running != null) {
      running.leave();
    }
    if (serving != null) {
      file.retract();
      serving.close();
    }
    host.close();
    if (running != null) {
      running.close();
    }
  }
}
