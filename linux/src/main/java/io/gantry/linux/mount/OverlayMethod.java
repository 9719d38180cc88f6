package io.gantry.linux.mount;

import io.gantry.linux.KernelVersion;

/** How an overlay is mounted. */
public enum OverlayMethod {
  /** A mount context with one {@code lowerdir+} for each layer; needs Linux 6.5. */
  CONTEXT,
  /** mount(2) in a throw-away mount namespace; for older kernels. */
  MOUNT_CALL;

  /** The best one a kernel has. */
  public static OverlayMethod of(KernelVersion kernel) {
    return kernel.atLeast(6, 5) ? CONTEXT : MOUNT_CALL;
  }
}
