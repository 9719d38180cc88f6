package io.gantry.linux.netlink;

/**
 * A bridge to be made.
 *
 * @param name at most 15 bytes
 * @param mac given, because a bridge without one takes its ports' lowest and so changes it
 * @param mtu bytes
 */
public record BridgeLink(String name, MacAddress mac, int mtu) {}
