package io.gantry.linux;

/** A device number (makedev(3)). */
public record Device(int major, int minor) {

  public static final Device NONE = new Device(0, 0);
}
