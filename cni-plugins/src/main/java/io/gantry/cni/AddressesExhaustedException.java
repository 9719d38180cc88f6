package io.gantry.cni;

import org.jspecify.annotations.Nullable;

/** A range of addresses is used up. */
public final class AddressesExhaustedException extends NetworkException {

  private static final long serialVersionUID = 1L;

  public AddressesExhaustedException(String podId, String message, @Nullable Throwable cause) {
    super(
        podId,
        message,
        "remove pods (gantry network ls shows whose the addresses are), or give the network a"
            + " larger range",
        cause);
  }
}
