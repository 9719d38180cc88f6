package io.gantry.linux.cgroup;

import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Version 2: one hierarchy, whose groups hand controllers down (cgroups(7), subtree_control). */
final class VersionTwoCgroups implements Cgroups {

  private static final List<String> WANTED =
      List.of("cpu", "memory", "pids", "cpuset", "io", "hugetlb");

  private final Path mount;
  private final CgroupFiles files;

  VersionTwoCgroups(Path mount, CgroupFiles files) {
    this.mount = mount;
    this.files = files;
  }

  @Override
  public Layout layout() {
    return Layout.V2;
  }

  @Override
  public Cgroup create(String path, CgroupLimits limits) throws IOException {
    String checked = GroupPath.checked(path);
    List<Path> made = new ArrayList<>();
    try {
      Path parent = mount;
      for (Path group : GroupTree.lineage(mount, checked)) {
        handDown(parent, checked);
        if (files.make(group)) {
          made.add(group);
        }
        parent = group;
      }
      Cgroup group = at(checked);
      group.apply(limits);
      return group;
    } catch (IOException | RuntimeException failure) {
      new GroupTree(files).undo(made, failure);
      throw failure;
    }
  }

  /** Switches on for the children what the parent itself has. */
  private void handDown(Path parent, String path) throws IOException {
    Set<String> missing = new LinkedHashSet<>(WANTED);
    missing.retainAll(words(parent.resolve("cgroup.controllers")));
    missing.removeAll(words(parent.resolve("cgroup.subtree_control")));
    if (missing.isEmpty()) {
      return;
    }
    String change = missing.stream().map(name -> "+" + name).collect(Collectors.joining(" "));
    try {
      files.write(parent.resolve("cgroup.subtree_control"), change);
    } catch (SyscallException failure) {
      if (failure.is(Errno.EBUSY)) {
        throw new CgroupException(
            path, "processes in " + parent + " keep it from having subgroups: move them", failure);
      }
      throw failure;
    }
  }

  private Set<String> words(Path file) throws SyscallException {
    return new LinkedHashSet<>(Arrays.asList(files.read(file).split("\\s+")));
  }

  @Override
  public Cgroup at(String path) {
    String checked = GroupPath.checked(path);
    return new VersionTwoCgroup(checked, mount.resolve(checked.substring(1)), files);
  }
}
