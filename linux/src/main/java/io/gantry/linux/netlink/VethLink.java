package io.gantry.linux.netlink;

import io.gantry.linux.Fd;

/**
 * A veth pair to be made with its ends in two namespaces.
 *
 * @param name of the end that stays here, at most 15 bytes
 * @param master index of the bridge that the end here becomes a port of, or 0
 * @param peer the other end
 * @param mtu bytes, of both ends
 */
public record VethLink(String name, int master, Peer peer, int mtu) {

  /**
   * The end in the other namespace. It is made down: bringing it up in the same message is
   * ENOTCONN.
   *
   * @param netns stays the caller's
   */
  public record Peer(String name, Fd netns, MacAddress mac) {}
}
