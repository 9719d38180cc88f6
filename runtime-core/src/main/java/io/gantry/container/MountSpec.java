package io.gantry.container;

/**
 * A path of the machine inside the container (CRI Mount).
 *
 * @param hostPath absolute; made as a directory when it is missing
 */
public record MountSpec(
    String containerPath,
    String hostPath,
    boolean readOnly,
    boolean recursiveReadOnly,
    Propagation propagation) {

  /** CRI MountPropagation. */
  public enum Propagation {
    PRIVATE,
    HOST_TO_CONTAINER,
    BIDIRECTIONAL
  }
}
