package io.gantry.nri;

import io.gantry.linux.cgroup.CgroupLimits;

/** What plugins may do to containers that are there. */
public interface Changes {

  /** Changes limits without that plugins are asked again. */
  void limit(String container, CgroupLimits change);

  /** Stops a container at once. */
  void evict(String container);
}
