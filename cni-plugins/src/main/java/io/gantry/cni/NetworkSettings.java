package io.gantry.cni;

import io.gantry.linux.netlink.IpPrefix;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the networks may be told.
 *
 * @param configDirectory of conflists
 * @param pluginDirectories in which programs are looked for, first come first served
 * @param pluginLimit how long a program may take
 * @param chosen the network of new pods; empty for the first by file name
 * @param template a conflist to be filled with the node's blocks, or null
 * @param table name of the own table of the packet filter
 * @param zero the network where nothing is configured
 */
public record NetworkSettings(
    Path configDirectory,
    List<Path> pluginDirectories,
    Duration pluginLimit,
    String chosen,
    @Nullable Path template,
    String table,
    Zero zero) {

  /**
   * The network where nothing is configured.
   *
   * @param allowed false where an orchestrator's network is to be waited for
   * @param name what statuses call it
   * @param bridge name of the interface
   * @param directory where the chosen block is written down, to stay over a reboot
   * @param addresses where it is written down who has which address, to go with a reboot
   * @param candidates blocks to choose from, best first
   * @param more blocks that pods get an address of besides
   * @param mtu bytes, or 0 for that of the interface that the default route leaves by
   */
  public record Zero(
      boolean allowed,
      String name,
      String bridge,
      Path directory,
      Path addresses,
      List<IpPrefix> candidates,
      List<IpPrefix> more,
      int mtu) {}
}
