package io.gantry.pod;

import io.gantry.linux.cgroup.CgroupLimits;
import org.jspecify.annotations.Nullable;

/**
 * What the orchestrator says of the size of a whole pod. It sets the pod's control group itself;
 * here it is known for those who ask.
 *
 * @param overhead what the pod needs beside its containers (CRI LinuxPodSandboxConfig.overhead)
 * @param resources what its containers need together (CRI LinuxPodSandboxConfig.resources)
 */
public record PodResources(CgroupLimits overhead, CgroupLimits resources) {

  public static final PodResources NONE = new PodResources(CgroupLimits.NONE, CgroupLimits.NONE);

  /** Records from before this was known have none. */
  static PodResources orNone(@Nullable PodResources resources) {
    return resources == null ? NONE : resources;
  }

  /** These where the change says nothing, else the change's. */
  PodResources changedBy(PodResources change) {
    return new PodResources(
        overhead.changedBy(change.overhead), resources.changedBy(change.resources));
  }
}
