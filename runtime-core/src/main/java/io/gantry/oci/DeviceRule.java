package io.gantry.oci;

/**
 * One line of the version 1 device controller (kernel, admin-guide/cgroup-v1/devices.rst).
 *
 * @param type {@code a}, {@code b} or {@code c}
 * @param access letters of {@code rwm}
 */
public record DeviceRule(char type, int major, int minor, String access) {

  static final int ANY = -1;
  static final DeviceRule EVERYTHING = new DeviceRule('a', ANY, ANY, "rwm");

  /** As {@code devices.allow} and {@code devices.deny} take it. */
  String line() {
    return type + " " + number(major) + ":" + number(minor) + " " + access;
  }

  private static String number(int value) {
    return value == ANY ? "*" : String.valueOf(value);
  }
}
