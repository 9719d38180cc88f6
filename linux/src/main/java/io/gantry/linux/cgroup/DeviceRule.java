package io.gantry.linux.cgroup;

import java.util.Set;

/**
 * Devices that processes of a group may use; what no rule names is forbidden (OCI runtime
 * specification, linux.resources.devices).
 *
 * @param major device number, or {@link #ANY}
 * @param minor device number, or {@link #ANY}
 */
public record DeviceRule(Kind kind, int major, int minor, Set<Access> access) {

  /** Every number. */
  public static final int ANY = -1;

  /** The kinds with the letter of version 1 and the number of {@code BPF_DEVCG_DEV_*}. */
  public enum Kind {
    BLOCK('b', 1),
    CHARACTER('c', 2);

    private final char letter;
    private final int number;

    Kind(char letter, int number) {
      this.letter = letter;
      this.number = number;
    }

    int number() {
      return number;
    }
  }

  /** What may be done, with the letter of version 1 and the bit of {@code BPF_DEVCG_ACC_*}. */
  public enum Access {
    READ('r', 2),
    WRITE('w', 4),
    MAKE_NODE('m', 1);

    private final char letter;
    private final int bit;

    Access(char letter, int bit) {
      this.letter = letter;
      this.bit = bit;
    }
  }

  public DeviceRule {
    access = Set.copyOf(access);
    if (access.isEmpty()) {
      throw new IllegalArgumentException("a device rule that allows nothing");
    }
  }

  /** One character device for reading, writing and making its node. */
  public static DeviceRule character(int major, int minor) {
    return new DeviceRule(Kind.CHARACTER, major, minor, Set.of(Access.values()));
  }

  int accessBits() {
    return access.stream().mapToInt(each -> each.bit).sum();
  }

  /** A line of {@code devices.allow}, such as {@code c 1:3 rwm}. */
  String line() {
    StringBuilder line = new StringBuilder().append(kind.letter).append(' ');
    line.append(number(major)).append(':').append(number(minor)).append(' ');
    for (Access each : Access.values()) {
      if (access.contains(each)) {
        line.append(each.letter);
      }
    }
    return line.toString();
  }

  private static String number(int value) {
    return value == ANY ? "*" : Integer.toString(value);
  }
}
