package io.gantry.launch;

import io.gantry.container.Container;
import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.CgroupDriver;
import io.gantry.linux.cgroup.Cgroups;
import io.gantry.linux.systemd.SliceName;
import io.gantry.pod.Pod;
import io.gantry.state.Table;
import java.io.IOException;
import java.util.Optional;

/**
 * The control group of each container: a child of the one the orchestrator made for the pod, or of
 * Gantry's own. In a slice of systemd it is a scope, named after the runtime and the container.
 */
public final class ContainerCgroups {

  private static final String SCOPE = ".scope";

  private final CgroupDriver driver;
  private final Cgroups cgroups;
  private final String root;
  private final Table<Pod> pods;

  /**
   * @param root absolute path within the hierarchies for pods without a parent, such as {@code
   *     /gantry}
   */
  public ContainerCgroups(CgroupDriver driver, Cgroups cgroups, String root, Table<Pod> pods) {
    this.driver = driver;
    this.cgroups = cgroups;
    this.root = root;
    this.pods = pods;
  }

  /** How the machine mounts its hierarchies. */
  public Cgroups.Layout layout() {
    return cgroups.layout();
  }

  Cgroup create(Container container) throws IOException {
    String path = path(container);
    if (path.endsWith(SCOPE) && driver != CgroupDriver.SYSTEMD) {
      throw new IOException(
          "the group of the pod, "
              + parent(container)
              + ", is a slice of systemd, and the cgroup driver in use is cgroupfs: make the pod"
              + " anew, or set cgroup.driver to \"systemd\"");
    }
    return cgroups.create(path, container.spec().resources().limits());
  }

  /** The group of a container, whether it exists or not. */
  public Cgroup of(Container container) {
    return cgroups.at(path(container));
  }

  /**
   * The group that the orchestrator made for this pod alone, which kubelet names after the pod's
   * uid. Others give one parent to all pods, or none.
   */
  public Optional<Cgroup> of(Pod pod) {
    String parent = pod.spec().cgroupParent();
    String uid = pod.spec().metadata().uid();
    String name = parent.substring(parent.lastIndexOf('/') + 1);
    // Where a dash leads down a level, kubelet writes one of the uid as an underscore.
    return !uid.isEmpty() && (name.contains(uid) || name.contains(uid.replace('-', '_')))
        ? Optional.of(cgroups.at(parent))
        : Optional.empty();
  }

  /**
   * By the parent that the pod was made with and not by the driver, so that a daemon with another
   * driver finds the groups of before.
   */
  private String path(Container container) {
    String parent = parent(container);
    return SliceName.isSlice(parent)
        ? parent + "/gantry-" + container.id().value() + SCOPE
        : (parent.isEmpty() ? root : parent) + "/" + container.id().value();
  }

  private String parent(Container container) {
    return pods.get(container.pod().value()).map(pod -> pod.spec().cgroupParent()).orElse("");
  }
}
