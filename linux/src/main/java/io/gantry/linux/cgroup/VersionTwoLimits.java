package io.gantry.linux.cgroup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Writes limits into the files of version 2 (Documentation/admin-guide/cgroup-v2.rst). */
final class VersionTwoLimits {

  private static final Pattern UNIFIED_NAME = Pattern.compile("[a-z_0-9]+\\.[A-Za-z_0-9.]+");
  private static final String NO_LIMIT = "max";

  private final String path;
  private final Path directory;
  private final CgroupFiles files;

  VersionTwoLimits(String path, Path directory, CgroupFiles files) {
    this.path = path;
    this.directory = directory;
    this.files = files;
  }

  void write(CgroupLimits limits) throws IOException {
    swap(limits);
    if (limits.memoryBytes().isPresent()) {
      write("memory.max", limitText(limits.memoryBytes().getAsLong()));
    }
    if (limits.cpuShares().isPresent()) {
      write("cpu.weight", Long.toString(CpuWeight.ofShares(limits.cpuShares().getAsLong())));
    }
    quota(limits.cpuQuotaMicros(), limits.cpuPeriodMicros());
    if (limits.pids().isPresent()) {
      write("pids.max", limitText(limits.pids().getAsLong()));
    }
    if (!limits.cpus().isEmpty()) {
      write("cpuset.cpus", limits.cpus());
    }
    if (!limits.mems().isEmpty()) {
      write("cpuset.mems", limits.mems());
    }
    for (Map.Entry<String, Long> pages : limits.hugepageBytes().entrySet()) {
      write("hugetlb." + pages.getKey() + ".max", limitText(pages.getValue()));
    }
    unified(limits.unified());
  }

  /** Version 2 counts swap alone, the OCI value counts memory and swap. */
  private void swap(CgroupLimits limits) throws IOException {
    if (limits.memoryAndSwapBytes().isEmpty()) {
      return;
    }
    long both = limits.memoryAndSwapBytes().getAsLong();
    String value = both < 0 ? NO_LIMIT : Long.toString(swapAlone(both, limits.memoryBytes()));
    // Without swap support in the kernel there is nothing to limit.
    if (files.exists(directory.resolve("memory.swap.max"))) {
      write("memory.swap.max", value);
    }
  }

  private long swapAlone(long both, OptionalLong memory) throws CgroupException {
    if (memory.isEmpty() || memory.getAsLong() < 0) {
      throw new CgroupException(path, "a swap limit needs a memory limit");
    }
    if (both < memory.getAsLong()) {
      throw new CgroupException(
          path, "memory plus swap of " + both + " is less than memory of " + memory.getAsLong());
    }
    return both - memory.getAsLong();
  }

  /** One file holds both; the half that is not given stays. */
  private void quota(OptionalLong quota, OptionalLong period) throws IOException {
    if (quota.isEmpty() && period.isEmpty()) {
      return;
    }
    List<String> now = Arrays.asList(files.read(directory.resolve("cpu.max")).split(" ", 2));
    String first = quota.isPresent() ? limitText(quota.getAsLong()) : now.get(0);
    String second = period.isPresent() ? Long.toString(period.getAsLong()) : now.get(1);
    write("cpu.max", first + " " + second);
  }

  private void unified(Map<String, String> settings) throws IOException {
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      if (!UNIFIED_NAME.matcher(setting.getKey()).matches()) {
        throw new CgroupException(path, "not a file of a controller: " + setting.getKey());
      }
      write(setting.getKey(), setting.getValue());
    }
  }

  private static String limitText(long limit) {
    return limit < 0 ? NO_LIMIT : Long.toString(limit);
  }

  private void write(String name, String value) throws IOException {
    files.write(directory.resolve(name), value);
  }
}
