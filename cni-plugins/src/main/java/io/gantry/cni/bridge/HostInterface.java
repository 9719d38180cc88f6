package io.gantry.cni.bridge;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names of the veth ends on the node: derived from the pod's id, so that a leak has an owner. */
final class HostInterface {

  private static final String PREFIX = "gp";
  private static final int ID_LENGTH = 12;

  /** What kubelet and every CNI runtime call a container's first interface. */
  private static final String FIRST = "eth0";

  private HostInterface() {}

  /** The id's first twelve digits where it is a usual one, else twelve digits of its hash. */
  static String of(String podId) {
    boolean usual = podId.length() >= ID_LENGTH && podId.chars().allMatch(HostInterface::isHex);
    return PREFIX + (usual ? podId : hash(podId)).substring(0, ID_LENGTH);
  }

  /** As {@link #of(String)} for a container's first interface; others get a hash of both. */
  static String of(String containerId, String ifName) {
    return ifName.equals(FIRST)
        ? of(containerId)
        : PREFIX + hash(containerId + "/" + ifName).substring(0, ID_LENGTH);
  }

  /** Whether {@link #of} makes such names. */
  static boolean isOurs(String name) {
    return name.length() == PREFIX.length() + ID_LENGTH
        && name.startsWith(PREFIX)
        && name.substring(PREFIX.length()).chars().allMatch(HostInterface::isHex);
  }

  private static boolean isHex(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }

  private static String hash(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
