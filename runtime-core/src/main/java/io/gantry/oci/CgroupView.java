package io.gantry.oci;

import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.Cgroups;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a container sees of its control group.
 *
 * @param unified version 2; the rest is empty then
 * @param hierarchies the container's directory on the machine by the controller's name
 * @param links controllers that share the hierarchy of another one
 */
record CgroupView(
    boolean unified, SortedMap<String, Path> hierarchies, SortedMap<String, String> links) {

  private static final List<String> CONTROLLERS =
      List.of(
          "cpu",
          "cpuacct",
          "cpuset",
          "memory",
          "devices",
          "freezer",
          "blkio",
          "pids",
          "hugetlb",
          "net_cls",
          "net_prio",
          "perf_event",
          "rdma",
          "misc");

  CgroupView {
    hierarchies = Collections.unmodifiableSortedMap(new TreeMap<>(hierarchies));
    links = Collections.unmodifiableSortedMap(new TreeMap<>(links));
  }

  static CgroupView of(Cgroups.Layout layout, Cgroup cgroup) {
    SortedMap<String, Path> hierarchies = new TreeMap<>();
    SortedMap<String, String> links = new TreeMap<>();
    if (layout == Cgroups.Layout.V2) {
      return new CgroupView(true, hierarchies, links);
    }
    Map<Path, String> seen = new HashMap<>();
    for (String controller : CONTROLLERS) {
      // Groups exist only in the hierarchies that a limit needs.
      Optional<Path> directory = cgroup.directory(controller).filter(Files::isDirectory);
      if (directory.isEmpty()) {
        continue;
      }
      String first = seen.putIfAbsent(directory.get(), controller);
      if (first == null) {
        hierarchies.put(controller, directory.get());
      } else {
        links.put(controller, first);
      }
    }
    return new CgroupView(false, hierarchies, links);
  }
}
