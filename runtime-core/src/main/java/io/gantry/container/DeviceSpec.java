package io.gantry.container;

/**
 * A device of the machine inside the container (CRI Device).
 *
 * @param permissions letters of {@code rwm}
 */
public record DeviceSpec(String containerPath, String hostPath, String permissions) {}
