package io.gantry.cni.plugin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names of interfaces on the node that are there for one container's interface: derived from the
 * container's id, so that a leak has an owner.
 */
public final class NodeLinkName {

  /** What kubelet and every CNI runtime call a container's first interface. */
  private static final String FIRST = "eth0";

  private static final int DIGITS = 12;
  private static final String USUAL_ID = "[0-9a-f]{" + DIGITS + ",}";

  private NodeLinkName() {}

  /**
   * The prefix and the id's first twelve digits where it is a usual one, else twelve digits of its
   * hash; for any but a container's first interface a hash of both.
   *
   * @param prefix at most three letters, as a name has at most fifteen
   */
  public static String of(String prefix, String containerId, String ifName) {
    if (!ifName.equals(FIRST)) {
      return prefix + hash(containerId + "/" + ifName).substring(0, DIGITS);
    }
    boolean usual = containerId.matches(USUAL_ID);
    return prefix + (usual ? containerId : hash(containerId)).substring(0, DIGITS);
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
