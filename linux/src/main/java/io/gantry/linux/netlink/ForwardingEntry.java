package io.gantry.linux.netlink;

import java.net.InetAddress;

/**
 * To which node a VXLAN device sends the frames for a link address, for good.
 *
 * @param link index of the device
 * @param destination the node's address in the network below
 */
public record ForwardingEntry(int link, MacAddress mac, InetAddress destination) {}
