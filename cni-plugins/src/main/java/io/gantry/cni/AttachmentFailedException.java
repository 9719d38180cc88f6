package io.gantry.cni;

import org.jspecify.annotations.Nullable;

/** A pod could not be attached to a network or detached from it. */
public final class AttachmentFailedException extends NetworkException {

  private static final long serialVersionUID = 1L;

  public AttachmentFailedException(String podId, String message, @Nullable Throwable cause) {
    super(podId, message, "look at the network's state, then try the pod again", cause);
  }
}
