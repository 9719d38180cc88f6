package io.gantry.linux.cgroup;

import java.io.IOException;

/** A control group that the machine cannot give: says which group, why, and what would help. */
public final class CgroupException extends IOException {

  private static final long serialVersionUID = 1L;

  private final String path;

  CgroupException(String path, String reason) {
    super("cgroup " + path + ": " + reason);
    this.path = path;
  }

  CgroupException(String path, String reason, IOException cause) {
    super("cgroup " + path + ": " + reason, cause);
    this.path = path;
  }

  /** The group within the hierarchies. */
  public String path() {
    return path;
  }
}
