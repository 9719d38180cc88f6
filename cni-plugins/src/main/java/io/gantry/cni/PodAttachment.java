package io.gantry.cni;

import io.gantry.linux.Fd;
import java.net.InetAddress;
import java.util.List;

/**
 * A pod to be attached.
 *
 * @param netns the pod's network namespace; stays the caller's
 * @param interfaceName inside the pod, such as {@code eth0}
 * @param addresses what {@link PodNetwork#reserve} gave
 */
public record PodAttachment(
    String podId, Fd netns, String interfaceName, List<InetAddress> addresses) {

  /** The name that kubelet and every CNI runtime give a pod's first interface. */
  public static final String FIRST_INTERFACE = "eth0";

  public PodAttachment {
    addresses = List.copyOf(addresses);
    if (podId.isEmpty() || interfaceName.isEmpty() || addresses.isEmpty()) {
      throw new IllegalArgumentException("a pod is attached by id, interface name and address");
    }
  }
}
