package io.gantry.daemon;

import io.gantry.config.Config.CgroupSettings;
import io.gantry.linux.cgroup.CgroupDriver;
import io.gantry.linux.cgroup.Cgroups;
import io.gantry.linux.systemd.SliceName;
import io.gantry.linux.systemd.SystemdMissingException;
import io.gantry.rpc.CgroupParents;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who makes control groups on this node.
 *
 * @param root path of the group of pods that are made without a parent
 * @param directory the same with cgroupfs, which pods from before may be in
 */
record CgroupChoice(CgroupDriver driver, Cgroups cgroups, String root, String directory) {

  private static final Logger log = LoggerFactory.getLogger(CgroupChoice.class);

  /** The groups of systemd, or why it cannot keep any. */
  @FunctionalInterface
  interface Systemd {
    Cgroups cgroups() throws SystemdMissingException;
  }

  /**
   * Decides once, as a driver that changed later would not find the groups of before.
   *
   * @param files what there is in any case
   * @throws IOException when the configuration asks for what this machine cannot
   */
  static CgroupChoice of(CgroupSettings settings, Cgroups files, Systemd systemd)
      throws IOException {
    if (settings.driver().equals(CgroupDriver.CGROUPFS.toString())) {
      return new CgroupChoice(CgroupDriver.CGROUPFS, files, settings.root(), settings.root());
    }
    try {
      Cgroups units = systemd.cgroups();
      log.info("control groups are made by systemd");
      return new CgroupChoice(CgroupDriver.SYSTEMD, units, slice(settings.root()), settings.root());
    } catch (SystemdMissingException e) {
      if (settings.driver().equals(CgroupDriver.SYSTEMD.toString())) {
        throw new IOException(
            "cgroup.driver is systemd, but "
                + e.getMessage()
                + "; see to that, or set cgroup.driver to \"cgroupfs\" here and in kubelet",
            e);
      }
      log.info("control groups are made without systemd: {}", e.getMessage());
      return new CgroupChoice(CgroupDriver.CGROUPFS, files, settings.root(), settings.root());
    }
  }

  private static String slice(String root) {
    SliceName slice = SliceName.isSlice(root) ? SliceName.parse(root) : SliceName.standingFor(root);
    return slice.path();
  }

  /**
   * Records of pods without a parent stay so with cgroupfs, as its root may move between starts.
   */
  CgroupParents parents() {
    return new CgroupParents(driver, driver == CgroupDriver.SYSTEMD ? root : "");
  }

  /** Takes away what pods without a parent were in, when there are none. */
  void removeRoots() throws IOException {
    cgroups.at(root).remove();
    if (!directory.equals(root)) {
      cgroups.at(directory).remove();
    }
  }
}
