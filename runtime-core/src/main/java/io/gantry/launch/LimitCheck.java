package io.gantry.launch;

import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.linux.cgroup.Cgroups;
import io.gantry.linux.cgroup.NumberList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Refuses limits that this machine cannot keep, before anything is made for the container. Values
 * are named as CRI LinuxContainerResources names them.
 */
final class LimitCheck {

  /** Documentation/scheduler/sched-bwc.rst: 1 ms to 1 s, and no quota below 1 ms. */
  private static final int LEAST_CPU_MICROS = 1000;

  private static final int LONGEST_PERIOD_MICROS = 1_000_000;

  private static final Pattern PAGE_DIRECTORY = Pattern.compile("hugepages-(\\d+)kB");
  private static final int KIB_PER_UNIT = 1024;

  private final Path cpus;
  private final Path nodes;
  private final Path hugepages;

  /**
   * @param sys where sysfs is mounted
   */
  LimitCheck(Path sys) {
    this.cpus = sys.resolve("devices/system/cpu/online");
    this.nodes = sys.resolve("devices/system/node/online");
    this.hugepages = sys.resolve("kernel/mm/hugepages");
  }

  void check(CgroupLimits limits, Cgroups.Layout layout) {
    micros("cpu_period", limits.cpuPeriodMicros(), LONGEST_PERIOD_MICROS);
    if (limits.cpuQuotaMicros().orElse(-1) >= 0) {
      micros("cpu_quota", limits.cpuQuotaMicros(), Long.MAX_VALUE);
    }
    list("cpuset_cpus", limits.cpus(), cpus);
    list("cpuset_mems", limits.mems(), nodes);
    if (!limits.hugepageBytes().isEmpty()) {
      List<String> sizes = pageSizes();
      limits.hugepageBytes().keySet().forEach(size -> pageSize(size, sizes));
    }
    if (!limits.unified().isEmpty() && layout != Cgroups.Layout.V2) {
      throw wrong(
          "unified",
          "names files of cgroup version 2: " + limits.unified().keySet(),
          "this machine has version 1; of unified, only pids.max has a meaning there");
    }
  }

  private static void micros(String field, OptionalLong value, long most) {
    if (value.isEmpty()) {
      return;
    }
    long micros = value.getAsLong();
    if (micros < LEAST_CPU_MICROS || micros > most) {
      throw wrong(
          field,
          "is " + micros + " µs",
          most == Long.MAX_VALUE
              ? "the kernel takes 1000 and more, or -1 for no limit"
              : "the kernel takes 1000 to " + most);
    }
  }

  private static void list(String field, String value, Path online) {
    if (value.isEmpty()) {
      return;
    }
    Optional<String> there = read(online);
    BitSet absent;
    try {
      absent = NumberList.parse(value);
    } catch (IllegalArgumentException e) {
      throw wrong(
          field, "is " + value + ": " + e.getMessage(), "give numbers and ranges such as 0-3,8");
    }
    if (there.isPresent()) {
      absent.andNot(NumberList.parse(there.get()));
      if (!absent.isEmpty()) {
        throw wrong(
            field,
            "is " + value + ", but the machine has no " + absent,
            "it has " + there.get() + " online");
      }
    }
  }

  /** Empty on a machine whose kernel does not tell, such as one without NUMA. */
  private static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static void pageSize(String size, List<String> sizes) {
    if (!sizes.contains(size)) {
      throw wrong(
          "hugepage_limits",
          "has page size " + size,
          sizes.isEmpty() ? "this machine has no huge pages" : "this machine has " + sizes);
    }
  }

  /** As the control group's files name them: 2MB, 1GB. */
  private List<String> pageSizes() {
    List<String> sizes = new ArrayList<>();
    for (String name : Optional.ofNullable(hugepages.toFile().list()).orElse(new String[0])) {
      Matcher directory = PAGE_DIRECTORY.matcher(name);
      if (directory.matches()) {
        sizes.add(sizeName(Long.parseLong(directory.group(1))));
      }
    }
    return sizes.stream().sorted().toList();
  }

  private static String sizeName(long kib) {
    long number = kib;
    for (String unit : List.of("KB", "MB")) {
      if (number < KIB_PER_UNIT) {
        return number + unit;
      }
      number /= KIB_PER_UNIT;
    }
    return number + "GB";
  }

  private static InvalidException wrong(String field, String what, String nextStep) {
    String path = "linux.resources." + field;
    return new InvalidException(new Subject("field", path), path + " " + what, nextStep);
  }
}
