package io.gantry.cni;

/** A port of the node that a pod asks for leads into another. */
public final class PortTakenException extends NetworkException {

  private static final long serialVersionUID = 1L;

  public PortTakenException(String podId, String message, Throwable cause) {
    super(podId, message, "give the pod another host port, or remove the one that has it", cause);
  }
}
