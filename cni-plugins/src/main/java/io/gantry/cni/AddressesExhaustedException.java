package io.gantry.cni;

/** A range of addresses is used up. */
public final class AddressesExhaustedException extends NetworkException {

  private static final long serialVersionUID = 1L;

  public AddressesExhaustedException(String range, int inUse) {
    super(
        range,
        "no address left in " + range + ": " + inUse + " in use",
        "remove pods, or give the network a larger range",
        null);
  }
}
