package io.gantry.linux.cgroup;

import java.util.Locale;

/** Who makes control groups and says which limits they keep. */
public enum CgroupDriver {
  /** Directories that the runtime makes itself, below a path. */
  CGROUPFS,
  /** Units that systemd is asked for, in a slice. */
  SYSTEMD;

  /** As configurations of the field write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
