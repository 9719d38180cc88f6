package io.gantry.cni.ipam;

import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.ConfigNode;
import io.gantry.linux.netlink.IpPrefix;
import java.math.BigInteger;
import java.net.InetAddress;

/**
 * A run of addresses to give out (host-local's {@code ranges}).
 *
 * @param subnet the block that its addresses are on-link in, host bits cleared
 * @param first included
 * @param last included
 * @param gateway never given out
 */
record AddressRange(IpPrefix subnet, InetAddress first, InetAddress last, InetAddress gateway) {

  AddressRange {
    if (!subnet.contains(first) || !subnet.contains(last)) {
      throw new IllegalArgumentException(
          "addresses %s to %s are not all in %s"
              .formatted(IpPrefix.text(first), IpPrefix.text(last), subnet));
    }
    if (number(first).compareTo(number(last)) > 0) {
      throw new IllegalArgumentException(
          IpPrefix.text(first) + " comes after " + IpPrefix.text(last));
    }
  }

  /** Reads {@code subnet}, {@code rangeStart}, {@code rangeEnd} and {@code gateway}. */
  static AddressRange of(ConfigNode fields) throws CniException {
    IpPrefix subnet =
        fields
            .prefix("subnet")
            .orElseThrow(
                () -> CniException.invalid("field " + fields.pathOf("subnet") + " is missing"))
            .network();
    int hostBits = subnet.bits() - subnet.length();
    if (hostBits < 2) {
      throw CniException.invalid(
          "field " + fields.pathOf("subnet") + ": " + subnet + " is too small for containers");
    }
    BigInteger base = number(subnet.address());
    BigInteger broadcast = base.add(BigInteger.ONE.shiftLeft(hostBits)).subtract(BigInteger.ONE);
    BigInteger end = subnet.isVersion4() ? broadcast.subtract(BigInteger.ONE) : broadcast;
    try {
      return new AddressRange(
          subnet,
          fields.address("rangeStart").orElseGet(() -> subnet.at(1)),
          fields.address("rangeEnd").orElseGet(() -> address(end, subnet)),
          fields.address("gateway").orElseGet(() -> subnet.at(1)));
    } catch (IllegalArgumentException e) {
      throw CniException.invalid("field " + fields.pathOf("subnet") + ": " + e.getMessage());
    }
  }

  boolean contains(InetAddress address) {
    return subnet.contains(address)
        && number(first).compareTo(number(address)) <= 0
        && number(address).compareTo(number(last)) <= 0;
  }

  boolean overlaps(AddressRange other) {
    return contains(other.first) || contains(other.last) || other.contains(first);
  }

  /** How many addresses there are, the gateway's among them, capped at {@code Long.MAX_VALUE}. */
  long size() {
    BigInteger size = number(last).subtract(number(first)).add(BigInteger.ONE);
    return size.bitLength() < Long.SIZE ? size.longValue() : Long.MAX_VALUE;
  }

  /** The one after it, from the last one round to the first. */
  InetAddress after(InetAddress address) {
    return address.equals(last) || !contains(address)
        ? first
        : address(number(address).add(BigInteger.ONE), subnet);
  }

  /** Whether a container may have it: the gateway and the block's own address are not for them. */
  boolean usable(InetAddress address) {
    return !address.equals(gateway) && !address.equals(subnet.address());
  }

  private static BigInteger number(InetAddress address) {
    return new BigInteger(1, address.getAddress());
  }

  private static InetAddress address(BigInteger number, IpPrefix like) {
    byte[] digits = number.toByteArray();
    byte[] raw = new byte[like.bits() / Byte.SIZE];
    int length = Math.min(digits.length, raw.length);
    System.arraycopy(digits, digits.length - length, raw, raw.length - length, length);
    return IpPrefix.addressOf(raw);
  }

  @Override
  public String toString() {
    boolean whole = first.equals(subnet.at(1)) && !last.equals(first);
    return whole
        ? subnet.toString()
        : IpPrefix.text(first) + "-" + IpPrefix.text(last) + " of " + subnet;
  }
}
