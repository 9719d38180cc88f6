package io.gantry.cni.overlay;

import io.gantry.linux.netlink.IpPrefix;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node is told of the network that it shares with others.
 *
 * @param nodeName by which the others know it; no other node may have it
 * @param networks the blocks that all nodes' blocks are parts of, at most one of each version
 * @param device name of the VXLAN device, at most 15 bytes
 * @param vni number of the network, the same on every node
 * @param port of UDP, the same on every node
 * @param underlay where the other nodes are reached
 * @param nodeFile where this node's blocks are written down for the plugin and for after a restart
 */
public record OverlaySettings(
    String nodeName,
    List<IpPrefix> networks,
    String device,
    int vni,
    int port,
    UnderlayChoice underlay,
    Path nodeFile) {

  /**
   * Which of the node's addresses the others send to.
   *
   * @param address null for one of the interface
   * @param linkName empty for the interface of the default route
   * @param mtu bytes that fit between nodes, or 0 for the interface's
   */
  public record UnderlayChoice(@Nullable InetAddress address, String linkName, int mtu) {}

  public OverlaySettings {
    networks = networks.stream().map(IpPrefix::network).toList();
    if (networks.isEmpty()) {
      throw new IllegalArgumentException("an overlay needs a block of addresses for all nodes");
    }
    if (networks.size() > 2
        || (networks.size() == 2
            && networks.getFirst().isVersion4() == networks.getLast().isVersion4())) {
      throw new IllegalArgumentException(
          "an overlay has at most one block of each version of addresses: " + networks);
    }
  }

  /** Whether a node may have that block. */
  public boolean covers(IpPrefix block) {
    return networks.stream()
        .anyMatch(whole -> block.length() >= whole.length() && whole.contains(block.address()));
  }

  /** The whole that a node's block is a part of. */
  IpPrefix wholeOf(IpPrefix block) {
    return networks.stream()
        .filter(whole -> whole.contains(block.address()))
        .findFirst()
        .orElse(block);
  }
}
