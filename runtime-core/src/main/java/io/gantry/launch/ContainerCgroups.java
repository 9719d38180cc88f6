package io.gantry.launch;

import io.gantry.container.Container;
import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.Cgroups;
import io.gantry.pod.Pod;
import io.gantry.state.Table;
import java.io.IOException;

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

  Cgroups.Layout layout() {
    return cgroups.layout();
  }

  Cgroup create(Container container) throws IOException {
    return cgroups.create(path(container), container.spec().resources().limits());
  }

  Cgroup of(Container container) {
    return cgroups.at(path(container));
  }

  private String path(Container container) {
    String parent =
        pods.get(container.pod().value()).map(pod -> pod.spec().cgroupParent()).orElse("");
    return (parent.isEmpty() ? root : parent) + "/" + container.id().value();
  }
}
