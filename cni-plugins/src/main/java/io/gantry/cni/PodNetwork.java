package io.gantry.cni;

import io.gantry.linux.Fd;
import io.gantry.linux.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The networks of pods. Safe for use by several threads; calls for one pod come one after the
 * other.
 */
public interface PodNetwork extends AutoCloseable {

  /** Whether pods can be attached now; looks at the configuration's files and asks the plugins. */
  NetworkStatus status();

  /**
   * Which networks a pod would be attached to, for the caller to write down before {@link #attach}.
   *
   * @throws NetworkUnavailableException when there is none
   */
  List<Attachment> plan(PodRequest pod) throws NetworkException;

  /**
   * Attaches a pod's network namespace. On failure {@link #detach} undoes what may be half made.
   *
   * @param netns stays the caller's
   * @return the attachments with their results
   * @throws AddressesExhaustedException when a range is used up
   */
  List<Attachment> attach(String podId, Fd netns, List<Attachment> planned) throws NetworkException;

  /**
   * Undoes {@link #attach}, also of one that failed, and also for the second time. The namespace is
   * to be dropped afterwards: the kernel then removes the pod's interfaces, off the request path.
   *
   * @param netns null when it is gone; stays the caller's
   */
  void detach(String podId, @Nullable Fd netns, List<Attachment> attachments)
      throws NetworkException;

  /** The addresses that an attachment's result gives the pod, the main one first. */
  List<InetAddress> addresses(Attachment attachment);

  /** The name of the interface on the node's side, or empty. */
  String hostInterface(Attachment attachment);

  /** Fails when something that an attachment's result names is not there any more. */
  void check(String podId, Fd netns, List<Attachment> attachments) throws NetworkException;

  /**
   * Puts back what the pods' records say and removes what belongs to none of them, now and from
   * time to time.
   *
   * @param pods the pods' attachments by id, asked again each time
   * @return what could not be brought in order, in words for the log
   */
  List<String> recover(Supplier<Map<String, List<Attachment>>> pods);

  /**
   * Tells the blocks that an orchestrator gave this node (CRI UpdateRuntimeConfig): the network
   * without configuration uses them from now on, and a template is filled with them.
   */
  void podBlocks(List<IpPrefix> blocks) throws NetworkException;

  /** The networks and what is wrong with those that are none. */
  List<NetworkSummary> networks();

  /**
   * Takes the network that nobody configured off the node.
   *
   * @return false, with nothing done, while a pod is attached to it
   */
  boolean remove() throws NetworkException;

  /** Lets go of what is open; what is in the kernel stays for the pods. */
  @Override
  void close();
}
