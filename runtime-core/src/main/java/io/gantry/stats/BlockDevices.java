package io.gantry.stats;

import io.gantry.linux.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What people call block devices. */
final class BlockDevices {

  private static final Path NUMBERS = Path.of("/sys/dev/block");

  private BlockDevices() {}

  /** Such as {@code /dev/sda1}; {@code 0:42} for a file system that is on no device. */
  static String name(Device device) {
    String numbers = device.major() + ":" + device.minor();
    try {
      return "/dev/" + Files.readSymbolicLink(NUMBERS.resolve(numbers)).getFileName();
    } catch (IOException e) {
      return numbers;
    }
  }
}
