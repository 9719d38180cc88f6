package io.gantry.cni;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/**
 * A network that pods are attached to. Safe for use by several threads; calls for one pod come one
 * after the other.
 */
public interface PodNetwork {

  /**
   * Makes what the network needs on the node, or repairs it; what is right already stays untouched.
   * Called at start after every {@link #restore}, and again while {@link #status} is not ready.
   *
   * @throws NetworkUnavailableException with the reason that {@link #status} then carries too
   */
  void ensure() throws NetworkException;

  /** What the last {@link #ensure} found, from memory (CRI RuntimeCondition NetworkReady). */
  NetworkStatus status();

  /**
   * Sets addresses aside for a pod, in memory only: the caller writes them down before it attaches.
   * A pod that has some already gets the same ones.
   *
   * @return the addresses, the pod's main one first
   * @throws AddressesExhaustedException when the range is used up
   * @throws NetworkUnavailableException before a successful {@link #ensure}
   */
  List<InetAddress> reserve(String podId) throws NetworkException;

  /** Gives back at start what a pod's record says it has; addresses of another range are left. */
  void restore(String podId, List<InetAddress> addresses);

  /** Frees a pod's addresses, in memory only. A pod without any is fine. */
  void release(String podId);

  /**
   * Connects a pod's network namespace. A half-made interface of an earlier try is replaced; on
   * failure nothing of this try stays.
   */
  Attachment attach(PodAttachment pod) throws NetworkException;

  /**
   * Undoes {@link #attach}. Doing it twice, or for a pod that never was attached, is fine. The
   * addresses stay reserved until {@link #release}.
   */
  void detach(PodDetachment pod) throws NetworkException;

  /**
   * Removes interfaces of this network whose pod is neither in the set nor holds an address. Costs
   * an RCU grace period for each: not for the request path.
   *
   * @return the names of what was removed
   */
  List<String> sweep(Set<String> livePodIds) throws NetworkException;

  /**
   * Takes the network off the node.
   *
   * @return false, with nothing done, while a pod holds an address
   */
  boolean remove() throws NetworkException;
}
