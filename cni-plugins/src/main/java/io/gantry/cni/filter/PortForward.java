package io.gantry.cni.filter;

import io.gantry.linux.netlink.IpPrefix;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What is sent to a port of the node goes to a port of a pod.
 *
 * @param protocol its number
 * @param hostAddress of the node; null for all that the node has of the pod's version
 * @param pod the pod's address with the length of its block
 */
public record PortForward(
    int protocol,
    @Nullable InetAddress hostAddress,
    int hostPort,
    IpPrefix pod,
    int podPort,
    Disguise disguise) {

  private static final int LARGEST_PORT = 65535;

  /** Who reaches the pod as the node, so that answers come back through it. */
  public enum Disguise {
    /** Nobody. */
    NONE,
    /**
     * The pod itself and those of its block, whose answers would not pass the node, and the node's
     * own loopback, which has no address that a pod could answer.
     */
    NEIGHBOURS,
    /** Everybody. */
    ALL
  }

  public PortForward {
    requirePort(hostPort);
    requirePort(podPort);
    if (hostAddress != null && hostAddress.getClass() != pod.address().getClass()) {
      throw new IllegalArgumentException(
          IpPrefix.text(hostAddress) + " and " + pod + " are of two versions");
    }
  }

  private static void requirePort(int port) {
    if (port < 1 || port > LARGEST_PORT) {
      throw new IllegalArgumentException("a port is a number from 1 to 65535: " + port);
    }
  }
}
