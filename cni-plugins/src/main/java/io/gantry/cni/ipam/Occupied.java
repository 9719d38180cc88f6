package io.gantry.cni.ipam;

import io.gantry.linux.netlink.IpPrefix;

/**
 * Addresses that something on the node uses already.
 *
 * @param by for a person, such as {@code route to 10.0.0.0/8}
 */
public record Occupied(IpPrefix prefix, String by) {}
