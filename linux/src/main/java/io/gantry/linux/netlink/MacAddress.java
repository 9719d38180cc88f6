package io.gantry.linux.netlink;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** A 48-bit link address, printed as {@code 02:47:0a:58:00:02}. */
public record MacAddress(long bits) {

  private static final int BYTES = 6;
  private static final int INET4_BYTES = 4;
  private static final long LOCAL_PREFIX = 0x0247;
  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

  public MacAddress {
    if (bits < 0 || bits >= 1L << 48) {
      throw new IllegalArgumentException("a link address has 48 bits: " + Long.toHexString(bits));
    }
  }

  /** Six bytes in the order of the wire. */
  public static MacAddress of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a link address has 6 bytes, not " + bytes.length);
    }
    long bits = 0;
    for (byte b : bytes) {
      bits = (bits << Byte.SIZE) | Byte.toUnsignedLong(b);
    }
    return new MacAddress(bits);
  }

  /**
   * A locally administered unicast address made of the last 32 bits of an internet address. A
   * neighbour's cached entry stays right when the internet address goes to another pod.
   */
  public static MacAddress derivedFrom(InetAddress address) {
    byte[] raw = address.getAddress();
    byte[] tail = Arrays.copyOfRange(raw, raw.length - INET4_BYTES, raw.length);
    byte[] mac = {0x02, 0x47, tail[0], tail[1], tail[2], tail[3]};
    return of(mac);
  }

  /** A locally administered unicast address made of a text, the same for the same text. */
  public static MacAddress derivedFrom(String text) {
    byte[] raw = text.getBytes(StandardCharsets.UTF_8);
    CRC32C sum = new CRC32C();
    sum.update(raw);
    return new MacAddress(LOCAL_PREFIX << Integer.SIZE | sum.getValue());
  }

  /** Reads {@code 02:47:0a:58:00:02}. */
  public static MacAddress parse(String text) {
    return of(COLONS.parseHex(text));
  }

  /** Six bytes in the order of the wire. */
  public byte[] bytes() {
    byte[] bytes = new byte[BYTES];
    for (int i = 0; i < BYTES; i++) {
      bytes[i] = (byte) (bits >>> (Byte.SIZE * (BYTES - 1 - i)));
    }
    return bytes;
  }

  @Override
  public String toString() {
    return COLONS.formatHex(bytes());
  }
}
