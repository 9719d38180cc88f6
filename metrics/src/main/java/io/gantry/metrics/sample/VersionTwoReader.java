package io.gantry.metrics.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Version 2: one directory for everything (Documentation/admin-guide/cgroup-v2.rst). */
final class VersionTwoReader implements GroupReader {

  private static final String[] CPU = {
    "usage_usec", "user_usec", "system_usec", "nr_periods", "nr_throttled", "throttled_usec"
  };

  /** In the order of memory.stat. */
  private static final String[] MEMORY = {
    "anon", "file", "kernel", "file_mapped", "inactive_file", "pgfault", "pgmajfault"
  };

  private static final int ANON = 0;
  private static final int FILE = 1;
  private static final int KERNEL = 2;
  private static final int FILE_MAPPED = 3;
  private static final int INACTIVE_FILE = 4;
  private static final int FAULTS = 5;
  private static final int MAJOR_FAULTS = 6;

  private static final String[] EVENTS = {"max", "oom_kill"};
  private static final long NANOS = 1000;

  private final KernelFile file;

  VersionTwoReader(KernelFile file) {
    this.file = file;
  }

  @Override
  public Optional<GroupUsage> usage(GroupDirectories group) throws IOException {
    Path directory = group.of("memory").orElseThrow();
    // The kernel has it in every group, also without the controller.
    if (!file.read(directory.resolve("cpu.stat"))) {
      return Optional.empty();
    }
    long[] cpu = new long[CPU.length];
    file.flat(CPU, cpu);
    return Optional.of(
        new GroupUsage(
            OptionalLong.of(cpu[0] * NANOS),
            pressure(directory, "cpu.pressure"),
            memory(directory),
            pressure(directory, "memory.pressure"),
            pressure(directory, "io.pressure")));
  }

  private GroupUsage.@Nullable Memory memory(Path directory) throws IOException {
    if (!file.read(directory.resolve("memory.current"))) {
      return null;
    }
    long usage = file.nextNumber();
    if (!file.read(directory.resolve("memory.stat"))) {
      return null;
    }
    long[] stat = new long[MEMORY.length];
    file.flat(MEMORY, stat);
    return new GroupUsage.Memory(
        usage,
        limit(directory, "memory.max"),
        stat[INACTIVE_FILE],
        stat[ANON],
        stat[FAULTS],
        stat[MAJOR_FAULTS],
        swap(directory));
  }

  private GroupUsage.@Nullable Swap swap(Path directory) throws IOException {
    if (!file.read(directory.resolve("memory.swap.current"))) {
      return null;
    }
    long usage = file.nextNumber();
    return new GroupUsage.Swap(usage, limit(directory, "memory.swap.max"));
  }

  private OptionalLong limit(Path directory, String name) throws IOException {
    if (!file.read(directory.resolve(name))) {
      return OptionalLong.empty();
    }
    long limit = file.nextNumber();
    return limit == KernelFile.UNLIMITED ? OptionalLong.empty() : OptionalLong.of(limit);
  }

  private @Nullable Pressure pressure(Path directory, String name) throws IOException {
    return file.read(directory.resolve(name))
        ? new Pressure(file.pressure("some"), file.pressure("full"))
        : null;
  }

  @Override
  public Optional<GroupDetails> details(GroupDirectories group) throws IOException {
    Path directory = group.of("memory").orElseThrow();
    if (!file.read(directory.resolve("cpu.stat"))) {
      return Optional.empty();
    }
    long[] cpu = new long[CPU.length];
    file.flat(CPU, cpu);
    long processes = file.read(directory.resolve("cgroup.procs")) ? file.lines() : 0;
    long mostTasks = number(directory, "pids.max");
    return Optional.of(
        new GroupDetails(
            new GroupDetails.Cpu(cpu[1] * NANOS, cpu[2] * NANOS, cpu[3], cpu[4], cpu[5] * NANOS),
            moreMemory(directory),
            processes,
            number(directory, "pids.current"),
            mostTasks == KernelFile.UNLIMITED ? 0 : mostTasks,
            io(directory),
            hugePages(directory)));
  }

  private GroupDetails.Memory moreMemory(Path directory) throws IOException {
    long[] stat = new long[MEMORY.length];
    if (file.read(directory.resolve("memory.stat"))) {
      file.flat(MEMORY, stat);
    }
    long[] events = new long[EVENTS.length];
    if (file.read(directory.resolve("memory.events"))) {
      file.flat(EVENTS, events);
    }
    return new GroupDetails.Memory(
        stat[FILE],
        stat[FILE_MAPPED],
        stat[KERNEL],
        number(directory, "memory.peak"),
        events[0],
        events[1]);
  }

  private List<GroupDetails.DeviceIo> io(Path directory) throws IOException {
    DeviceTable devices = new DeviceTable();
    if (file.read(directory.resolve("io.stat"))) {
      devices.addVersionTwo(file.text());
    }
    return devices.rows();
  }

  private List<GroupDetails.HugePages> hugePages(Path directory) throws IOException {
    List<GroupDetails.HugePages> found = new ArrayList<>();
    for (String size : HugePageSizes.OF_THIS_MACHINE) {
      if (file.read(directory.resolve("hugetlb." + size + ".current"))) {
        found.add(new GroupDetails.HugePages(size, file.nextNumber(), 0));
      }
    }
    return found;
  }

  private long number(Path directory, String name) throws IOException {
    return KernelFile.number(file, directory.resolve(name));
  }
}
