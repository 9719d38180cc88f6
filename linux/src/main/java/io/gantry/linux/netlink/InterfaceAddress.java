package io.gantry.linux.netlink;

/**
 * An address that an interface has.
 *
 * @param link index of the interface
 * @param prefix the address itself with the length of its on-link block
 */
public record InterfaceAddress(int link, IpPrefix prefix) {}
