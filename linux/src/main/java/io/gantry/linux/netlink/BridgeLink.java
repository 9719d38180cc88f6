package io.gantry.linux.netlink;

/**
 * A bridge to be made.
 *
 * @param name at most 15 bytes
 * @param mac given, because a bridge without one takes its ports' lowest and so changes it
 * @param mtu bytes
 * @param filtersVlans whether a port gets the frames of its own VLANs alone
 */
public record BridgeLink(String name, MacAddress mac, int mtu, boolean filtersVlans) {

  /** One that passes every frame, with whatever tag. */
  public BridgeLink(String name, MacAddress mac, int mtu) {
    this(name, mac, mtu, false);
  }
}
