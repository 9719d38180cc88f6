package io.gantry.oci;

import io.gantry.linux.Device;
import io.gantry.linux.FileFlags;
import java.util.List;

/**
 * A device file inside a container.
 *
 * @param path absolute within the container
 * @param mode type and permission bits
 */
public record DeviceNode(String path, int mode, Device device, int uid, int gid) {

  private static final int EVERYBODY = FileFlags.S_IFCHR | 0666;
  private static final int MEMORY = 1;
  private static final int TERMINAL = 5;

  /** What every container finds (OCI runtime-spec, config-linux.md, Default Devices). */
  static final List<DeviceNode> DEFAULT =
      List.of(
          everybodys("/dev/null", MEMORY, 3),
          everybodys("/dev/zero", MEMORY, 5),
          everybodys("/dev/full", MEMORY, 7),
          everybodys("/dev/random", MEMORY, 8),
          everybodys("/dev/urandom", MEMORY, 9),
          everybodys("/dev/tty", TERMINAL, 0));

  private static DeviceNode everybodys(String path, int major, int minor) {
    return new DeviceNode(path, EVERYBODY, new Device(major, minor), 0, 0);
  }

  boolean isBlock() {
    return (mode & FileFlags.S_IFMT) == FileFlags.S_IFBLK;
  }
}
