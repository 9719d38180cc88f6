package io.gantry.linux.cgroup;

import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes limits into the files of version 1. */
final class VersionOneLimits {

  private static final Logger LOG = LoggerFactory.getLogger(VersionOneLimits.class);

  private final String path;
  private final Function<String, Optional<Path>> directory;
  private final CgroupFiles files;

  VersionOneLimits(String path, Function<String, Optional<Path>> directory, CgroupFiles files) {
    this.path = path;
    this.directory = directory;
    this.files = files;
  }

  void write(CgroupLimits limits) throws IOException {
    memory(limits.memoryBytes(), limits.memoryAndSwapBytes());
    number("cpu", "cpu.shares", limits.cpuShares());
    quota(limits.cpuPeriodMicros(), limits.cpuQuotaMicros());
    if (limits.pids().isPresent()) {
      long pids = limits.pids().getAsLong();
      files.write(file("pids", "pids.max"), pids < 0 ? "max" : Long.toString(pids));
    }
    text("cpuset", "cpuset.cpus", limits.cpus());
    text("cpuset", "cpuset.mems", limits.mems());
    for (Map.Entry<String, Long> pages : limits.hugepageBytes().entrySet()) {
      String name = "hugetlb." + pages.getKey() + ".limit_in_bytes";
      files.write(file("hugetlb", name), pages.getValue().toString());
    }
  }

  /**
   * The kernel keeps memory ≤ memory plus swap at each write, so the order depends on the change.
   */
  private void memory(OptionalLong memory, OptionalLong withSwap) throws IOException {
    try {
      number("memory", "memory.limit_in_bytes", memory);
      swap(withSwap);
    } catch (SyscallException failure) {
      if (!failure.is(Errno.EINVAL) || withSwap.isEmpty()) {
        throw failure;
      }
      swap(withSwap);
      number("memory", "memory.limit_in_bytes", memory);
    }
  }

  private void swap(OptionalLong withSwap) throws IOException {
    if (withSwap.isEmpty()) {
      return;
    }
    Path file = file("memory", "memory.memsw.limit_in_bytes");
    if (files.exists(file)) {
      files.write(file, Long.toString(withSwap.getAsLong()));
    } else {
      LOG.warn("cgroup {}: swap is not limited, the kernel does not account it", path);
    }
  }

  /** A group may not have a larger part of the CPU than its parent, at no moment in between. */
  private void quota(OptionalLong period, OptionalLong quota) throws IOException {
    try {
      number("cpu", "cpu.cfs_period_us", period);
      number("cpu", "cpu.cfs_quota_us", quota);
    } catch (SyscallException failure) {
      if (!failure.is(Errno.EINVAL) || quota.isEmpty()) {
        throw failure;
      }
      number("cpu", "cpu.cfs_quota_us", quota);
      number("cpu", "cpu.cfs_period_us", period);
    }
  }

  private void number(String controller, String name, OptionalLong value) throws IOException {
    if (value.isPresent()) {
      files.write(file(controller, name), Long.toString(value.getAsLong()));
    }
  }

  private void text(String controller, String name, String value) throws IOException {
    if (!value.isEmpty()) {
      files.write(file(controller, name), value);
    }
  }

  private Path file(String controller, String name) throws CgroupException {
    return directory
        .apply(controller)
        .orElseThrow(
            () -> new CgroupException(path, "the machine has no " + controller + " controller"))
        .resolve(name);
  }
}
