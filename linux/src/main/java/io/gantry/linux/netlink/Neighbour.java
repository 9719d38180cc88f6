package io.gantry.linux.netlink;

import java.net.InetAddress;

/**
 * Which link address an internet address has on a link, for good: it is never asked for.
 *
 * @param link index of the interface
 */
public record Neighbour(int link, InetAddress address, MacAddress mac) {}
