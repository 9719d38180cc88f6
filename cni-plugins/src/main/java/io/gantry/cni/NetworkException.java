package io.gantry.cni;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A failure of a pod network: what it is about, why, and what a person can do next. */
public abstract sealed class NetworkException extends IOException
    permits AddressesExhaustedException,
        AttachmentFailedException,
        NetworkUnavailableException,
        PortTakenException {

  private static final long serialVersionUID = 1L;

  private final String object;
  private final String nextStep;

  NetworkException(String object, String message, String nextStep, @Nullable Throwable cause) {
    super(message, cause);
    this.object = object;
    this.nextStep = nextStep;
  }

  /** The network, range or pod it is about. */
  public String object() {
    return object;
  }

  public String nextStep() {
    return nextStep;
  }
}
