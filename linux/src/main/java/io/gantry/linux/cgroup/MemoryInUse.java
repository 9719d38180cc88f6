package io.gantry.linux.cgroup;

import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import java.nio.file.Path;
import java.util.List;

/**
 * Memory of a group that stays when the kernel has dropped all pages of files that it can read
 * again (Documentation/admin-guide/cgroup-v2.rst, memory.stat).
 */
final class MemoryInUse {

  private MemoryInUse() {}

  /**
   * Reads it from the group's files.
   *
   * @param prefix of counters that include the groups below
   * @return bytes; 0 when the group has no such file
   */
  static long of(CgroupFiles files, Path usage, Path stat, String prefix) throws SyscallException {
    long all;
    try {
      all = Long.parseLong(files.read(usage));
    } catch (SyscallException failure) {
      if (failure.is(Errno.ENOENT) || failure.is(Errno.ENODEV)) {
        return 0;
      }
      throw failure;
    }
    long dropped = 0;
    for (String list : List.of("active_file", "inactive_file")) {
      dropped += FlatFile.counter(files, stat, prefix + list);
    }
    return Math.max(all - dropped, 0);
  }
}
