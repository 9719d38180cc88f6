package io.gantry.container;

/**
 * A path of the machine inside the container (CRI Mount).
 *
 * @param hostPath absolute; made as a directory when it is missing
 * @param mapped owners are shown and taken as the pod's user namespace maps them
 */
public record MountSpec(
    String containerPath,
    String hostPath,
    boolean readOnly,
    boolean recursiveReadOnly,
    Propagation propagation,
    boolean mapped) {

  /** CRI MountPropagation. */
  public enum Propagation {
    PRIVATE,
    HOST_TO_CONTAINER,
    BIDIRECTIONAL
  }
}
