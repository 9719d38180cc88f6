package io.gantry.linux.cgroup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Version 1: a hierarchy for each controller or for several. A group is made only in those that are
 * needed, because each costs 65 µs for each container.
 */
final class VersionOneCgroups implements Cgroups {

  /** What Gantry knows how to use. */
  static final Set<String> CONTROLLERS =
      Set.of("memory", "cpu", "cpuacct", "pids", "devices", "cpuset", "hugetlb", "freezer");

  /** Always used: limits that may be changed later, counters, and access to devices. */
  private static final List<String> ALWAYS = List.of("memory", "cpu", "cpuacct", "pids", "devices");

  private final Layout layout;
  private final Map<String, Path> mounts;
  private final CgroupFiles files;

  VersionOneCgroups(Layout layout, Map<String, Path> mounts, CgroupFiles files) {
    this.layout = layout;
    this.mounts = Map.copyOf(mounts);
    this.files = files;
  }

  @Override
  public Layout layout() {
    return layout;
  }

  @Override
  public Cgroup create(String path, CgroupLimits limits) throws IOException {
    VersionOneCgroup group = group(path);
    List<Path> made = new ArrayList<>();
    try {
      group.make(needed(limits), made);
      group.apply(limits);
      return group;
    } catch (IOException | RuntimeException failure) {
      new GroupTree(files).undo(made, failure);
      throw failure;
    }
  }

  private Set<String> needed(CgroupLimits limits) {
    Set<String> needed = new LinkedHashSet<>(ALWAYS);
    needed.retainAll(mounts.keySet());
    if (!limits.cpus().isEmpty() || !limits.mems().isEmpty()) {
      needed.add("cpuset");
    }
    if (!limits.hugepageBytes().isEmpty()) {
      needed.add("hugetlb");
    }
    return needed;
  }

  @Override
  public Cgroup at(String path) {
    return group(path);
  }

  private VersionOneCgroup group(String path) {
    return new VersionOneCgroup(GroupPath.checked(path), mounts, files);
  }
}
