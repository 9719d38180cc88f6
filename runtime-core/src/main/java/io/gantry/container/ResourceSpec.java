package io.gantry.container;

import io.gantry.linux.cgroup.CgroupLimits;

/**
 * What the container may use (CRI LinuxContainerResources).
 *
 * @param oomScoreAdjustment -1000 to 1000
 */
public record ResourceSpec(CgroupLimits limits, int oomScoreAdjustment) {

  public static final ResourceSpec NONE = new ResourceSpec(CgroupLimits.NONE, 0);
}
