package io.gantry.metrics.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Version 1: a hierarchy for each controller (Documentation/admin-guide/cgroup-v1). */
final class VersionOneReader implements GroupReader {

  /** In the order of memory.stat; {@code total_} counts the groups below too. */
  private static final String[] MEMORY = {
    "total_cache",
    "total_rss",
    "total_mapped_file",
    "total_swap",
    "total_pgfault",
    "total_pgmajfault",
    "total_inactive_file"
  };

  private static final int CACHE = 0;
  private static final int RSS = 1;
  private static final int MAPPED = 2;
  private static final int SWAP = 3;
  private static final int FAULTS = 4;
  private static final int MAJOR_FAULTS = 5;
  private static final int INACTIVE_FILE = 6;

  private static final String[] THROTTLING = {"nr_periods", "nr_throttled", "throttled_time"};
  private static final String[] TIMES = {"user", "system"};

  /** A limit that nobody set reads as the largest number of whole pages; a set one is far less. */
  private static final long NO_LIMIT = 1L << 62;

  /** cpuacct.stat counts ticks, of which the kernel tells programs 100 a second on any machine. */
  private static final long TICK_NANOS = 10_000_000;

  private final KernelFile file;

  VersionOneReader(KernelFile file) {
    this.file = file;
  }

  @Override
  public Optional<GroupUsage> usage(GroupDirectories group) throws IOException {
    OptionalLong cpu = OptionalLong.empty();
    Optional<Path> cpuacct = group.of("cpuacct");
    if (cpuacct.isPresent() && file.read(cpuacct.get().resolve("cpuacct.usage"))) {
      cpu = OptionalLong.of(file.nextNumber());
    }
    Optional<GroupUsage.Memory> memory = memory(group);
    return cpu.isEmpty() && memory.isEmpty()
        ? Optional.empty()
        : Optional.of(new GroupUsage(cpu, null, memory.orElse(null), null, null));
  }

  private Optional<GroupUsage.Memory> memory(GroupDirectories group) throws IOException {
    Optional<Path> directory = group.of("memory");
    if (directory.isEmpty() || !file.read(directory.get().resolve("memory.usage_in_bytes"))) {
      return Optional.empty();
    }
    long usage = file.nextNumber();
    long[] stat = new long[MEMORY.length];
    if (!file.read(directory.get().resolve("memory.stat"))) {
      return Optional.empty();
    }
    file.flat(MEMORY, stat);
    OptionalLong limit = limit(directory.get(), "memory.limit_in_bytes");
    return Optional.of(
        new GroupUsage.Memory(
            usage,
            limit,
            stat[INACTIVE_FILE],
            stat[RSS],
            stat[FAULTS],
            stat[MAJOR_FAULTS],
            new GroupUsage.Swap(stat[SWAP], swapLimit(directory.get(), limit))));
  }

  /** Version 1 limits memory and swap together. */
  private OptionalLong swapLimit(Path directory, OptionalLong memory) throws IOException {
    OptionalLong both = limit(directory, "memory.memsw.limit_in_bytes");
    return both.isEmpty() || memory.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(0, both.getAsLong() - memory.getAsLong()));
  }

  private OptionalLong limit(Path directory, String name) throws IOException {
    if (!file.read(directory.resolve(name))) {
      return OptionalLong.empty();
    }
    long limit = file.nextNumber();
    return limit > NO_LIMIT ? OptionalLong.empty() : OptionalLong.of(limit);
  }

  @Override
  public Optional<GroupDetails> details(GroupDirectories group) throws IOException {
    Optional<Path> memory = group.of("memory");
    if (memory.isEmpty() || !file.read(memory.get().resolve("memory.stat"))) {
      return Optional.empty();
    }
    long[] stat = new long[MEMORY.length];
    file.flat(MEMORY, stat);
    Path directory = memory.get();
    GroupDetails.Memory more =
        new GroupDetails.Memory(
            stat[CACHE],
            stat[MAPPED],
            number(directory, "memory.kmem.usage_in_bytes"),
            number(directory, "memory.max_usage_in_bytes"),
            number(directory, "memory.failcnt"),
            oomKills(directory));
    long processes = file.read(directory.resolve("cgroup.procs")) ? file.lines() : 0;
    long tasks = 0;
    long mostTasks = 0;
    Optional<Path> pids = group.of("pids");
    if (pids.isPresent()) {
      tasks = number(pids.get(), "pids.current");
      mostTasks = number(pids.get(), "pids.max");
    }
    return Optional.of(
        new GroupDetails(
            cpu(group),
            more,
            processes,
            tasks,
            mostTasks == KernelFile.UNLIMITED ? 0 : mostTasks,
            io(group),
            hugePages(group)));
  }

  private GroupDetails.Cpu cpu(GroupDirectories group) throws IOException {
    long[] times = new long[TIMES.length];
    Optional<Path> cpuacct = group.of("cpuacct");
    if (cpuacct.isPresent() && file.read(cpuacct.get().resolve("cpuacct.stat"))) {
      file.flat(TIMES, times);
    }
    long[] throttling = new long[THROTTLING.length];
    Optional<Path> cpu = group.of("cpu");
    if (cpu.isPresent() && file.read(cpu.get().resolve("cpu.stat"))) {
      file.flat(THROTTLING, throttling);
    }
    return new GroupDetails.Cpu(
        times[0] * TICK_NANOS, times[1] * TICK_NANOS, throttling[0], throttling[1], throttling[2]);
  }

  private long oomKills(Path memory) throws IOException {
    long[] kills = new long[1];
    if (file.read(memory.resolve("memory.oom_control"))) {
      file.flat(new String[] {"oom_kill"}, kills);
    }
    return kills[0];
  }

  /** Only a group that somebody has put into the blkio hierarchy has these files. */
  private List<GroupDetails.DeviceIo> io(GroupDirectories group) throws IOException {
    Optional<Path> blkio = group.of("blkio");
    if (blkio.isEmpty() || !file.read(blkio.get().resolve("blkio.throttle.io_service_bytes"))) {
      return List.of();
    }
    DeviceTable devices = new DeviceTable();
    devices.addBytes(file.text());
    if (file.read(blkio.get().resolve("blkio.throttle.io_serviced"))) {
      devices.addOperations(file.text());
    }
    return devices.rows();
  }

  private List<GroupDetails.HugePages> hugePages(GroupDirectories group) throws IOException {
    Optional<Path> hugetlb = group.of("hugetlb");
    if (hugetlb.isEmpty()) {
      return List.of();
    }
    List<GroupDetails.HugePages> found = new ArrayList<>();
    for (String size : HugePageSizes.OF_THIS_MACHINE) {
      if (file.read(hugetlb.get().resolve("hugetlb." + size + ".usage_in_bytes"))) {
        long usage = file.nextNumber();
        String peak = "hugetlb." + size + ".max_usage_in_bytes";
        found.add(new GroupDetails.HugePages(size, usage, number(hugetlb.get(), peak)));
      }
    }
    return found;
  }

  private long number(Path directory, String name) throws IOException {
    return KernelFile.number(file, directory.resolve(name));
  }
}
