package io.gantry.container;

import org.jspecify.annotations.Nullable;

/**
 * A device of the machine inside the container (CRI Device, or a device node of a CDI device).
 *
 * @param permissions letters of {@code rwm}
 * @param look how its file is made; null for one that looks as on the machine
 */
public record DeviceSpec(
    String containerPath, String hostPath, String permissions, @Nullable Look look) {

  /**
   * A device file that is described instead of copied.
   *
   * @param type {@code b} or {@code c}; empty for the type and the numbers that the machine's has
   * @param fileMode permission bits; null for 0666
   * @param uid null for the container's user
   * @param gid null for the container's group
   */
  public record Look(
      String type,
      int major,
      int minor,
      @Nullable Integer fileMode,
      @Nullable Long uid,
      @Nullable Long gid) {}

  /** One that looks as on the machine. */
  public DeviceSpec(String containerPath, String hostPath, String permissions) {
    this(containerPath, hostPath, permissions, null);
  }
}
