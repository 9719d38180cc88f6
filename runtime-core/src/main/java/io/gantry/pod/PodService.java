package io.gantry.pod;

import java.util.List;

/**
 * What can be done with pods. All failures are {@link io.gantry.error.GantryException}s. Safe for
 * use by many threads; calls may block, so callers are virtual threads.
 */
public interface PodService {

  /**
   * Makes a pod and returns when it is ready. A second call with the same metadata joins the first
   * or returns its result; a stopped pod of that name is an {@link
   * io.gantry.error.AlreadyExistsException}.
   */
  PodId run(PodSpec spec);

  /**
   * Kills what runs in the pod and takes down its network and namespaces. Done before, or an id
   * nobody knows: nothing happens.
   */
  void stop(String id);

  /**
   * Stops the pod if need be, then removes it with its containers. An id nobody knows: nothing
   * happens.
   */
  void remove(String id);

  /**
   * The pod with that id or unique beginning of one, else {@link
   * io.gantry.error.NotFoundException}.
   */
  Pod pod(String id);

  /**
   * Compares what the pod's networks gave it with what the kernel has.
   *
   * @throws io.gantry.error.WrongStateException naming what is missing, or when the pod has no
   *     network of its own
   */
  void checkNetwork(String id);

  /** Takes note of a pod's new size; what the change leaves out stays. */
  void resize(String id, PodResources change);

  /** From memory, newest first. */
  List<Pod> list(PodFilter filter);
}
