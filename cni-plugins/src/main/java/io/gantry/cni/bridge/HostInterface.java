package io.gantry.cni.bridge;

import io.gantry.cni.plugin.NodeLinkName;

/** Names of the veth ends on the node: derived from the container's id, so that a leak has one. */
final class HostInterface {

  private static final String PREFIX = "gp";
  private static final String OURS = PREFIX + "[0-9a-f]{12}";

  private HostInterface() {}

  static String of(String containerId, String ifName) {
    return NodeLinkName.of(PREFIX, containerId, ifName);
  }

  /** Whether {@link #of} makes such names. */
  static boolean isOurs(String name) {
    return name.matches(OURS);
  }
}
