package io.gantry.linux.netlink;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * An address with the length of its prefix, version 4 or 6. The host bits are kept, so that it says
 * both an interface's address and a block; {@link #network()} clears them.
 *
 * @param length bits, 0 to 32 or 128
 */
public record IpPrefix(InetAddress address, int length) {

  private static final int INET6_BYTES = 16;
  private static final int NO_SCOPE = -1;

  public IpPrefix {
    int bits = address.getAddress().length * Byte.SIZE;
    if (length < 0 || length > bits) {
      throw new IllegalArgumentException(
          "prefix length of " + text(address) + " must be 0 to " + bits + ": " + length);
    }
  }

  /** Reads {@code 10.88.0.0/16} or {@code fd00::/64}; names are never looked up. */
  public static IpPrefix parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("an address block reads ADDRESS/LENGTH: " + text);
    }
    try {
      InetAddress address = InetAddress.ofLiteral(text.substring(0, slash));
      return new IpPrefix(address, Integer.parseInt(text.substring(slash + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a prefix length: " + text, e);
    }
  }

  /** The block that holds exactly one address. */
  public static IpPrefix host(InetAddress address) {
    return new IpPrefix(address, address.getAddress().length * Byte.SIZE);
  }

  public boolean isVersion4() {
    return address instanceof Inet4Address;
  }

  /** Bits of the whole address. */
  public int bits() {
    return address.getAddress().length * Byte.SIZE;
  }

  /** The same block with the host bits cleared. */
  public IpPrefix network() {
    return new IpPrefix(addressOf(masked(address.getAddress(), length)), length);
  }

  public boolean contains(InetAddress other) {
    byte[] raw = other.getAddress();
    byte[] own = address.getAddress();
    return raw.length == own.length && Arrays.equals(masked(raw, length), masked(own, length));
  }

  /** Whether the two blocks share an address. */
  public boolean overlaps(IpPrefix other) {
    return length <= other.length ? contains(other.address) : other.contains(address);
  }

  /**
   * The address at that distance from the first one of the block.
   *
   * @param offset less than 2^32
   */
  public InetAddress at(long offset) {
    byte[] raw = masked(address.getAddress(), length);
    long carry = offset;
    for (int i = raw.length - 1; i >= 0 && carry != 0; i--) {
      carry += Byte.toUnsignedLong(raw[i]);
      raw[i] = (byte) carry;
      carry >>>= Byte.SIZE;
    }
    return addressOf(raw);
  }

  private static byte[] masked(byte[] raw, int length) {
    byte[] result = raw.clone();
    for (int bit = length; bit < result.length * Byte.SIZE; bit++) {
      result[bit / Byte.SIZE] &= (byte) ~(0x80 >>> (bit % Byte.SIZE));
    }
    return result;
  }

  /**
   * Four or sixteen bytes as they come from the kernel. Sixteen stay version 6, also for the block
   * that maps version 4, which the JDK would otherwise turn into version 4.
   */
  public static InetAddress addressOf(byte[] raw) {
    try {
      return raw.length == INET6_BYTES
          ? Inet6Address.getByAddress(null, raw, NO_SCOPE)
          : InetAddress.getByAddress(raw);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + raw.length, e);
    }
  }

  /**
   * An address as everybody else writes it (RFC 5952): {@code fd00::1}, where the JDK would give
   * {@code fd00:0:0:0:0:0:0:1}.
   */
  public static String text(InetAddress address) {
    String plain = address.getHostAddress();
    if (address instanceof Inet4Address) {
      return plain;
    }
    int end = plain.indexOf('%') < 0 ? plain.length() : plain.indexOf('%');
    List<String> groups = List.of(plain.substring(0, end).split(":", -1));
    int from = 0;
    int to = 0;
    for (int i = 0; i < groups.size(); i++) {
      int zeros = i;
      while (zeros < groups.size() && groups.get(zeros).equals("0")) {
        zeros++;
      }
      if (zeros - i > Math.max(1, to - from)) {
        from = i;
        to = zeros;
      }
    }
    String scope = plain.substring(end);
    return to == 0
        ? plain
        : String.join(":", groups.subList(0, from))
            + "::"
            + String.join(":", groups.subList(to, groups.size()))
            + scope;
  }

  @Override
  public String toString() {
    return text(address) + "/" + length;
  }
}
