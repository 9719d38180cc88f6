package io.gantry.linux.cgroup;

import java.io.IOException;

/** The control groups of a machine in one layout. Safe for use by several threads. */
public interface Cgroups {

  /** How the machine mounts its hierarchies. */
  enum Layout {
    V1,
    HYBRID,
    V2
  }

  Layout layout();

  /**
   * Makes the group and its missing parents with the limits applied; existing groups are taken
   * over. On failure nothing that this call made stays.
   *
   * @param path absolute within the hierarchies, such as {@code /kubepods/pod1/ctr1}
   */
  Cgroup create(String path, CgroupLimits limits) throws IOException;

  /** The group at that path, whether it exists or not. */
  Cgroup at(String path);
}
