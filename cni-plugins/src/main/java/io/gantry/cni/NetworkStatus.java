package io.gantry.cni;

import java.io.Serializable;

/**
 * Whether pods can be attached (CRI RuntimeCondition NetworkReady).
 *
 * @param reason one word in CamelCase, empty when ready
 * @param message for a person: what is missing and what to do; when ready, a warning or empty
 */
public record NetworkStatus(boolean ready, String reason, String message) implements Serializable {

  public static NetworkStatus up() {
    return new NetworkStatus(true, "", "");
  }

  public static NetworkStatus upBut(String warning) {
    return new NetworkStatus(true, "", warning);
  }

  public static NetworkStatus down(String reason, String message) {
    return new NetworkStatus(false, reason, message);
  }
}
