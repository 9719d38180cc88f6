package io.gantry.linux.netlink;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A VXLAN device (RFC 7348) that learns nothing: all it knows was told to it.
 *
 * @param name at most 15 bytes
 * @param vni number of the network, 24 bits
 * @param local the node's address in the network below; its version is that of all peers. Null
 *     leaves it to the kernel
 * @param port of UDP, on every node the same
 * @param below index of the interface that packets leave by, or 0 for where routes lead
 * @param mtu bytes
 */
public record VxlanLink(
    String name,
    int vni,
    @Nullable InetAddress local,
    int port,
    int below,
    MacAddress mac,
    int mtu) {

  private static final int LARGEST_VNI = (1 << 24) - 1;
  private static final int LARGEST_PORT = 65535;

  public VxlanLink {
    if (vni < 1 || vni > LARGEST_VNI) {
      throw new IllegalArgumentException("a VXLAN's number must be 1 to 16777215: " + vni);
    }
    if (port < 1 || port > LARGEST_PORT) {
      throw new IllegalArgumentException("a UDP port must be 1 to 65535: " + port);
    }
  }
}
