package io.gantry.rpc;

import io.gantry.linux.cgroup.CgroupDriver;
import io.gantry.linux.systemd.SliceName;

/**
 * The forms in which clients name the control group that a pod's containers go below (CRI
 * LinuxPodSandboxConfig.cgroup_parent), which depend on the driver.
 *
 * @param root of pods that name none, as a path; empty where it is decided later
 */
public record CgroupParents(CgroupDriver driver, String root) {

  private static final String AGREE =
      "; kubelet asks by RuntimeConfig from 1.34 on, and takes it from cgroupDriver before; "
          + "Gantry's own is cgroup.driver in its configuration";

  /** The path within the hierarchies. */
  String path(String parent, Field field) {
    if (driver == CgroupDriver.SYSTEMD) {
      return parent.isEmpty() ? root : slice(field.text(parent), field);
    }
    if (SliceName.isSlice(parent)) {
      throw field.wrong(
          "is " + parent + ", a slice of systemd, and the cgroup driver in use is cgroupfs",
          "send a path such as /kubepods/pod1" + AGREE);
    }
    return parent.isEmpty() ? root : field.absolute(parent);
  }

  private static String slice(String parent, Field field) {
    if (!SliceName.isSlice(parent)) {
      throw field.wrong(
          "is " + parent + ", no slice, and the cgroup driver in use is systemd",
          "send a slice such as kubepods-pod1.slice" + AGREE);
    }
    try {
      return SliceName.parse(parent).path();
    } catch (IllegalArgumentException e) {
      throw field.wrong(
          "is " + parent + ": " + e.getMessage(), "send a slice such as kubepods-pod1.slice");
    }
  }
}
