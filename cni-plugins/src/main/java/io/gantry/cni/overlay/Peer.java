package io.gantry.cni.overlay;

import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.MacAddress;
import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;

/**
 * A node as the others see it.
 *
 * @param address where it takes the packets of the network
 * @param blocks the addresses of its pods
 */
public record Peer(String name, InetAddress address, List<IpPrefix> blocks) {

  private static final int MAC_BYTES = 6;
  private static final int LOCAL = 0x02;
  private static final int GROUP = 0x01;

  public Peer {
    blocks = blocks.stream().map(IpPrefix::network).toList();
  }

  /** The link address of its VXLAN device. */
  MacAddress mac() {
    return macOf(address);
  }

  /** Made of the node's address, so that no source has to carry it. */
  static MacAddress macOf(InetAddress address) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(address.getAddress());
      byte[] mac = Arrays.copyOf(hash, MAC_BYTES);
      mac[0] = (byte) ((mac[0] | LOCAL) & ~GROUP);
      return MacAddress.of(mac);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
