package io.gantry.linux.cgroup;

import io.gantry.linux.Fd;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One control group over all hierarchies in use. */
public interface Cgroup {

  /** Its path within the hierarchies. */
  String path();

  boolean exists();

  /** Where the counters of a controller are read, such as {@code memory}; empty without one. */
  default Optional<Path> directory(String controller) {
    return Optional.empty();
  }

  /** Changes the limits that are present in {@code limits}. */
  void apply(CgroupLimits limits) throws IOException;

  /**
   * Forbids all devices but those that a rule allows. To be called once, before a process joins:
   * version 2 only lets restrictions be added.
   *
   * @throws CgroupException when the kernel has no means for it
   */
  default void restrictDevices(List<DeviceRule> allowed) throws IOException {
    throw new CgroupException(path(), "devices cannot be restricted here");
  }

  /**
   * What a process needs to join by itself, which spares an RCU grace period: version 1 gives the
   * {@code tasks} files for writing {@code 0}, version 2 gives nothing here. The caller closes
   * them.
   */
  List<Fd> taskFiles() throws IOException;

  /**
   * Version 2: the directory for {@code CLONE_INTO_CGROUP}, as a list of one; version 1: an empty
   * list. The caller closes it.
   */
  List<Fd> cloneDirectory() throws IOException;

  /**
   * Version 2: {@code cgroup.kill} opened for writing, as a list of one; else empty. The caller
   * closes it.
   */
  List<Fd> killFile() throws IOException;

  /**
   * Version 1, which has no {@code cgroup.kill}: {@code cgroup.procs} opened for reading, as a list
   * of one; else empty. The caller closes it.
   */
  default List<Fd> processFile() throws IOException {
    return List.of();
  }

  /**
   * Version 1: {@code pids.max} opened for writing, as a list of one; empty elsewhere and on a
   * machine without the controller. With a limit of 0 nothing can be forked any more, so that who
   * is killed has no successors. The caller closes it.
   */
  default List<Fd> forkLimit() throws IOException {
    return List.of();
  }

  /**
   * {@code memory.events} opened for reading, as a list of one, where the group is gone as soon as
   * its last process is; empty where its counters can be read afterwards. The caller closes it.
   */
  default List<Fd> eventFile() throws IOException {
    return List.of();
  }

  /**
   * Lets go of what keeps a new group alive while it is empty: its first process is in it, or never
   * will be. Without effect on a group that was not made by this object.
   */
  default void release() throws IOException {}

  /** The pids in this group and the groups below it. */
  Set<Integer> processes() throws IOException;

  /**
   * Kills everything in this group and below it, also what is being forked. Returns when the
   * signals are sent.
   */
  void kill() throws IOException;

  /**
   * Stops every process of this group and the groups below it where it is, and returns when all
   * stand still. Also when it fails, {@link #thaw} has to follow.
   */
  default void freeze() throws IOException {
    throw new CgroupException(path(), "processes cannot be frozen here");
  }

  /** Lets frozen processes go on; a group that is not frozen or is gone is fine. */
  default void thaw() throws IOException {}

  /**
   * How much of the group's memory the kernel cannot take back by dropping pages of files, in
   * bytes; 0 where memory is not accounted.
   */
  long memoryInUse() throws IOException;

  /** How often the kernel's out-of-memory killer struck in this group. */
  long oomKills() throws IOException;

  /** Removes the group and the groups below it; a group that is gone is fine. */
  void remove() throws IOException;
}
