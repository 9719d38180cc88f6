package io.gantry.linux;

import org.jspecify.annotations.Nullable;

/**
 * The {@code struct mount_attr} of mount_setattr(2).
 *
 * @param set {@code MOUNT_ATTR_*} to switch on
 * @param clear {@code MOUNT_ATTR_*} to switch off
 * @param propagation {@code MS_PRIVATE}, {@code MS_SLAVE}, {@code MS_SHARED}, or 0 to leave it
 * @param userNamespace for {@code MOUNT_ATTR_IDMAP}, else null
 */
public record MountAttributes(long set, long clear, long propagation, @Nullable Fd userNamespace) {

  public static MountAttributes setting(long attributes) {
    return new MountAttributes(attributes, 0, 0, null);
  }

  public static MountAttributes propagating(long propagation) {
    return new MountAttributes(0, 0, propagation, null);
  }
}
