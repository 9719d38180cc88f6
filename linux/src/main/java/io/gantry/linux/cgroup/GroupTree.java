package io.gantry.linux.cgroup;

import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What both versions do with a group and everything below it in one hierarchy. */
final class GroupTree {

  /** Killed processes leave their group a moment after the signal. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final Duration LONGEST_PAUSE = Duration.ofMillis(20);

  private final CgroupFiles files;

  GroupTree(CgroupFiles files) {
    this.files = files;
  }

  /**
   * Makes a group and its missing parents.
   *
   * @param made takes what was made, outermost first, also when this fails
   */
  void make(Path mount, String path, List<Path> made) throws SyscallException {
    for (Path group : lineage(mount, path)) {
      if (files.make(group)) {
        made.add(group);
      }
    }
  }

  /** The directories from the one below the mount point down to the group. */
  static List<Path> lineage(Path mount, String path) {
    List<Path> groups = new ArrayList<>();
    Path group = mount;
    for (Path name : Path.of(path)) {
      group = group.resolve(name);
      groups.add(group);
    }
    return groups;
  }

  /** Removes in reverse what {@link #make} made, keeping the failure that led here in front. */
  void undo(List<Path> made, Exception reason) {
    for (Path group : made.reversed()) {
      try {
        files.remove(group);
      } catch (SyscallException failure) {
        reason.addSuppressed(failure);
      }
    }
  }

  Set<Integer> processes(Path group) throws SyscallException {
    Set<Integer> pids = new LinkedHashSet<>();
    for (Path each : innermostFirst(group)) {
      try {
        files
            .read(each.resolve("cgroup.procs"))
            .lines()
            .map(Integer::valueOf)
            // 0 is a process of a pid namespace that this one cannot see.
            .filter(pid -> pid != 0)
            .forEach(pids::add);
      } catch (SyscallException failure) {
        rethrowUnlessGone(failure);
      }
    }
    return pids;
  }

  /** Removes the group and all below it. Waits a little for processes that are just dying. */
  void remove(Path group) throws SyscallException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (Path each : innermostFirst(group)) {
      removePatiently(each, deadline);
    }
  }

  private void removePatiently(Path group, long deadline) throws SyscallException {
    Duration pause = Duration.ofMillis(1);
    while (true) {
      try {
        files.remove(group);
        return;
      } catch (SyscallException failure) {
        if (!failure.is(Errno.EBUSY) || System.nanoTime() > deadline || !paused(pause)) {
          throw failure;
        }
      }
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
              ? LONGEST_PAUSE
              : pause.multipliedBy(2);
    }
  }

  private static boolean paused(Duration pause) {
    try {
      Thread.sleep(pause);
      return true;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private List<Path> innermostFirst(Path group) throws SyscallException {
    List<Path> groups = new ArrayList<>();
    try {
      collect(group, groups);
    } catch (SyscallException failure) {
      rethrowUnlessGone(failure);
    }
    Collections.reverse(groups);
    return groups;
  }

  private void collect(Path group, List<Path> into) throws SyscallException {
    into.add(group);
    for (Path below : files.subgroups(group)) {
      collect(below, into);
    }
  }

  /** Reading a group that was removed meanwhile gives ENOENT on opening, ENODEV afterwards. */
  private static void rethrowUnlessGone(SyscallException failure) throws SyscallException {
    if (!failure.is(Errno.ENOENT) && !failure.is(Errno.ENODEV)) {
      throw failure;
    }
  }
}
