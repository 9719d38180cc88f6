package io.gantry.daemon;

import io.gantry.cni.NetworkSettings;
import io.gantry.cni.ipam.PrivateBlocks;
import io.gantry.config.Config;
import io.gantry.linux.netlink.IpPrefix;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What the configuration says of networks, in their own words. */
final class NetworkWiring {

  private NetworkWiring() {}

  static NetworkSettings settings(Config config) {
    Config.NetworkSettings network = config.network();
    return new NetworkSettings(
        network.configDir(),
        network.pluginDirs().stream().map(Path::of).toList(),
        Duration.ofSeconds(network.pluginTimeoutSeconds()),
        network.use(),
        network.template().isEmpty() ? null : Path.of(network.template()),
        network.name(),
        new NetworkSettings.Zero(
            network.zeroConfig(),
            network.name(),
            network.bridge(),
            config.root().resolve("networks"),
            config.state().resolve("addresses"),
            network.block().isEmpty()
                ? PrivateBlocks.candidates()
                : List.of(IpPrefix.parse(network.block())),
            network.block6().isEmpty() ? List.of() : List.of(IpPrefix.parse(network.block6())),
            network.mtu()));
  }
}
