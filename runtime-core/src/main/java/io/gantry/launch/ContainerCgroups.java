package io.gantry.launch;

import io.gantry.container.Container;
import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.Cgroups;
import io.gantry.pod.Pod;
import io.gantry.state.Table;
import java.io.IOException;
import java.util.Optional;

/**
 * The control group of each container: a child of the one the orchestrator made for the pod, or of
 * Gantry's own.
 */
public final class ContainerCgroups {

  private final Cgroups cgroups;
  private final String root;
  private final Table<Pod> pods;

  /**
   * @param root absolute path within the hierarchies for pods without a parent, such as {@code
   *     /gantry}
   */
  public ContainerCgroups(Cgroups cgroups, String root, Table<Pod> pods) {
    this.cgroups = cgroups;
    this.root = root;
    this.pods = pods;
  }

  /** How the machine mounts its hierarchies. */
  public Cgroups.Layout layout() {
    return cgroups.layout();
  }

  Cgroup create(Container container) throws IOException {
    return cgroups.create(path(container), container.spec().resources().limits());
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
    return !uid.isEmpty() && name.contains(uid)
        ? Optional.of(cgroups.at(parent))
        : Optional.empty();
  }

  private String path(Container container) {
    String parent =
        pods.get(container.pod().value()).map(pod -> pod.spec().cgroupParent()).orElse("");
    return (parent.isEmpty() ? root : parent) + "/" + container.id().value();
  }
}
