package io.gantry.pod;

/**
 * Who is told of pods before the orchestrator is. Each call returns when everybody has been told;
 * those that may fail a request throw {@link io.gantry.error.GantryException}s. Safe for use by
 * many threads.
 */
public interface PodListener {

  /** Nobody. */
  PodListener NONE = new PodListener() {};

  /** All of it is there, and nobody knows it yet. A failure takes the pod back. */
  default void running(Pod pod) {}

  /** A failure leaves the size as it was. */
  default void resizing(Pod pod, PodResources change) {}

  /** The size is another. */
  default void resized(Pod pod) {}

  /** Its containers have ended; network and namespaces are still there. */
  default void stopping(Pod pod) {}

  /** Nothing of it is left but its record; or it is taken back. */
  default void removed(Pod pod) {}
}
