package io.gantry.cni.filter;

import io.gantry.cni.plugin.PluginCall;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Whose elements they are: one interface of one container in one network. A comment in the kernel
 * has at most 127 bytes, so a part that is too long for its share, or has a letter that could end a
 * comment, is kept as its hash.
 */
public record Owner(String network, String containerId, String ifName) {

  private static final int LONGEST_NETWORK = 32;
  private static final int LONGEST_CONTAINER = 64;
  private static final int LONGEST_INTERFACE = 15;
  private static final int HASH_DIGITS = 24;
  private static final Pattern PLAIN = Pattern.compile("~?[A-Za-z0-9_.:@+-]+");

  public Owner {
    network = plain(network, LONGEST_NETWORK);
    containerId = plain(containerId, LONGEST_CONTAINER);
    ifName = plain(ifName, LONGEST_INTERFACE);
  }

  /** Whoever that call is for. */
  public static Owner of(PluginCall call) {
    return new Owner(call.config().network(), call.containerId(), call.ifName());
  }

  private static String plain(String text, int longest) {
    if (text.length() <= longest && PLAIN.matcher(text).matches()) {
      return text;
    }
    return "~" + hash(text).substring(0, Math.min(HASH_DIGITS, longest - 1));
  }

  private static String hash(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return "container " + containerId + " (" + ifName + " in network " + network + ")";
  }
}
