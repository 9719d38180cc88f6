package io.gantry.linux;

/** A device number (makedev(3)). */
public record Device(int major, int minor) {

  public static final Device NONE = new Device(0, 0);

  /** The {@code dev_t} of the C library. */
  long number() {
    long high = major & 0xFFFFF000L;
    long low = minor & 0xFFFFFF00L;
    return (high << 32) | ((major & 0xFFFL) << 8) | (low << 12) | (minor & 0xFFL);
  }
}
