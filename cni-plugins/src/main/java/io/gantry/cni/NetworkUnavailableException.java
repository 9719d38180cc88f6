package io.gantry.cni;

import org.jspecify.annotations.Nullable;

/** A network cannot serve pods now. */
public final class NetworkUnavailableException extends NetworkException {

  private static final long serialVersionUID = 1L;

  private final NetworkStatus status;

  /**
   * States why.
   *
   * @param reason one word in CamelCase, as {@link NetworkStatus#reason}
   */
  public NetworkUnavailableException(
      String network, String reason, String message, @Nullable Throwable cause) {
    super(network, message, "mend what the message names; the network is tried again", cause);
    this.status = NetworkStatus.down(reason, message);
  }

  /** What the network's status says because of this. */
  public NetworkStatus status() {
    return status;
  }
}
