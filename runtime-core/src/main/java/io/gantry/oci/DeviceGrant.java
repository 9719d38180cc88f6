package io.gantry.oci;

/**
 * A device a container gets and what it may do with it.
 *
 * @param access letters of {@code rwm}
 */
public record DeviceGrant(DeviceNode node, String access) {}
