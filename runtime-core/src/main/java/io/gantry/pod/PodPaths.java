package io.gantry.pod;

import io.gantry.linux.Namespace;
import java.nio.file.Path;

/**
 * Where things of a pod lie in the run directory; knows names, does no I/O.
 *
 * @param root such as {@code /run/gantry/pods}
 */
public record PodPaths(Path root) {

  public Path directory(PodId pod) {
    return root.resolve(pod.value());
  }

  /** Where a namespace of the pod is pinned. */
  public Path pin(PodId pod, Namespace kind) {
    return directory(pod).resolve("ns-" + kind.file());
  }

  /** The tmpfs that the pod's containers share as {@code /dev/shm}. */
  public Path shm(PodId pod) {
    return directory(pod).resolve("shm");
  }

  public Path hosts(PodId pod) {
    return directory(pod).resolve("hosts");
  }

  public Path hostname(PodId pod) {
    return directory(pod).resolve("hostname");
  }

  public Path resolvConf(PodId pod) {
    return directory(pod).resolve("resolv.conf");
  }
}
