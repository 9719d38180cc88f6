package io.gantry.linux.cgroup;

import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import java.nio.file.Path;

/** A file of lines {@code key value}. */
final class FlatFile {

  private FlatFile() {}

  /** The value of a key, 0 when the key or the file is missing. */
  static long counter(CgroupFiles files, Path file, String key) throws SyscallException {
    try {
      return files
          .read(file)
          .lines()
          .filter(line -> line.startsWith(key + " "))
          .mapToLong(line -> Long.parseLong(line.substring(key.length() + 1).strip()))
          .findFirst()
          .orElse(0);
    } catch (SyscallException failure) {
      if (failure.is(Errno.ENOENT) || failure.is(Errno.ENODEV)) {
        return 0;
      }
      throw failure;
    }
  }
}
