package io.gantry.oci;

import io.gantry.linux.Fd;
import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.linux.cgroup.Cgroups.Layout;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A control group of version 1 with two hierarchies of which one is shared, or of version 2. */
record CgroupStandIn(Layout layout, KernelStandIn kernel) implements Cgroup {

  @Override
  public Optional<Path> directory(String controller) {
    if (layout == Layout.V2) {
      return Optional.empty();
    }
    // Any directories that exist will do.
    return switch (controller) {
      case "cpu", "cpuacct" -> Optional.of(Path.of("/usr/bin"));
      case "memory" -> Optional.of(Path.of("/usr/lib"));
      default -> Optional.empty();
    };
  }

  @Override
  public List<Fd> taskFiles() {
    return layout == Layout.V2 ? List.of() : List.of(kernel.descriptor(), kernel.descriptor());
  }

  @Override
  public List<Fd> cloneDirectory() {
    return layout == Layout.V2 ? List.of(kernel.descriptor()) : List.of();
  }

  @Override
  public List<Fd> killFile() {
    return cloneDirectory();
  }

  @Override
  public List<Fd> processFile() {
    return layout == Layout.V2 ? List.of() : List.of(kernel.descriptor());
  }

  @Override
  public List<Fd> forkLimit() {
    return processFile();
  }

  @Override
  public String path() {
    return "/gantry/c";
  }

  @Override
  public long memoryInUse() {
    return 0;
  }

  @Override
  public boolean exists() {
    return true;
  }

  @Override
  public void apply(CgroupLimits limits) {}

  @Override
  public Set<Integer> processes() {
    return Set.of();
  }

  @Override
  public void kill() {}

  @Override
  public long oomKills() {
    return 0;
  }

  @Override
  public void remove() {}
}
