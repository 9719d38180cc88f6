package io.gantry.container;

import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.pod.Pod;

/**
 * Who is told of containers before the orchestrator is, and may change them. Each call returns when
 * everybody has been told; those that may fail a request throw {@link
 * io.gantry.error.GantryException}s. Safe for use by many threads.
 */
public interface ContainerListener {

  /** Nobody. */
  ContainerListener NONE = new ContainerListener() {};

  /**
   * A container is to be made, and nobody knows it yet. A failure takes it back.
   *
   * @return the request as it is to be
   */
  default ContainerSpec creating(Container container, Pod pod) {
    return container.spec();
  }

  /** It is there and can be started. */
  default void created(Container container) {}

  /** A failure keeps it from being started. */
  default void starting(Container container) {}

  /** Its program has been executed; may come after its end has been told. */
  default void started(Container container) {}

  /**
   * Its limits are to change. A failure leaves them.
   *
   * @return the change as it is to be
   */
  default CgroupLimits resizing(Container container, CgroupLimits change) {
    return change;
  }

  /** Its limits have changed. */
  default void resized(Container container) {}

  /**
   * Its process has ended, by request or by itself; told more than once, or of one that never ran.
   */
  default void stopped(Container container) {}

  /** Nothing of it is left; or it is taken back. */
  default void removed(Container container) {}
}
