package io.gantry.oci;

import io.gantry.container.ContainerSpec;
import io.gantry.linux.Namespace;
import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.Cgroups;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a container is shown from.
 *
 * @param root of the container's files, or where they would be mounted
 * @param namespaces paths of the namespaces it joins; those that are not here are its own
 */
public record RuntimeSpecSource(
    ContainerSpec spec,
    ProcessSpec process,
    Path root,
    String hostname,
    EtcFiles files,
    Cgroups.Layout layout,
    Cgroup cgroup,
    Map<Namespace, Path> namespaces) {

  public RuntimeSpecSource {
    namespaces = Map.copyOf(namespaces);
  }
}
