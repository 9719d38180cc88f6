package io.gantry.cni;

import io.gantry.linux.Fd;
import org.jspecify.annotations.Nullable;

/**
 * A pod to be detached.
 *
 * @param netns the pod's network namespace, null when it is gone; stays the caller's
 * @param namespaceGoes whether the caller drops the namespace now or has done so: the kernel then
 *     removes both ends of a veth by itself, later and off the request path, where deleting it
 *     explicitly costs 14 to 40 ms
 */
public record PodDetachment(String podId, @Nullable Fd netns, boolean namespaceGoes) {

  /** The usual end of a pod: its namespace goes with it. */
  public static PodDetachment withNamespace(String podId) {
    return new PodDetachment(podId, null, true);
  }
}
