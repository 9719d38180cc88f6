package io.gantry.linux.netlink;

import org.jspecify.annotations.Nullable;

/**
 * A network interface as the kernel lists it.
 *
 * @param index unique within its namespace
 * @param kind such as {@code bridge} or {@code veth}; empty for hardware and loopback
 * @param mtu bytes
 * @param mac null where the link has none of six bytes
 * @param up whether it was brought up ({@code IFF_UP}), not whether it has a carrier
 * @param master index of the bridge it is a port of, or 0
 */
public record Link(
    int index,
    String name,
    String kind,
    int mtu,
    @Nullable MacAddress mac,
    boolean up,
    int master) {

  /** The same with another mtu. */
  public Link sized(int bytes) {
    return new Link(index, name, kind, bytes, mac, up, master);
  }
}
