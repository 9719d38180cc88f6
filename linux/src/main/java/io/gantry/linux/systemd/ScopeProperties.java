package io.gantry.linux.systemd;

import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.linux.cgroup.CpuWeight;
import io.gantry.linux.cgroup.NumberList;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A scope and its limits in the words of systemd (systemd.resource-control(5)). What it has no word
 * for is left out.
 */
final class ScopeProperties {

  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final long DEFAULT_PERIOD = 100_000;

  /** systemd counts quotas in whole percents of a processor, which are this much in a second. */
  private static final long PERCENT = 10_000;

  private static final String NO_LIMIT = "max";

  /**
   * Whether all processes of the group are killed with one; a policy of the unit, if it has any.
   */
  private static final String OOM_GROUP = "memory.oom.group";

  /** Of scopes; before, systemd sets the file back to 0 whenever it writes limits of memory. */
  private static final int FIRST_WITH_OOM_POLICY = 253;

  private ScopeProperties() {}

  /**
   * What a scope is started with.
   *
   * @param pid of its first process, which is moved into it
   * @param version of systemd
   */
  static Map<String, UnitValue> starting(
      String unit, SliceName slice, int pid, CgroupLimits limits, int version) {
    Map<String, UnitValue> properties = new LinkedHashMap<>();
    properties.put("Description", new UnitValue.Text("container of Gantry, " + unit));
    properties.put("Slice", new UnitValue.Text(slice.name()));
    properties.put("PIDs", new UnitValue.Pid(pid));
    properties.put("Delegate", new UnitValue.Flag(true));
    properties.put("DefaultDependencies", new UnitValue.Flag(false));
    properties.put("CollectMode", new UnitValue.Text("inactive-or-failed"));
    for (String counted : new String[] {"CPU", "Memory", "Tasks", "IO"}) {
      properties.put(counted + "Accounting", new UnitValue.Flag(true));
    }
    properties.putAll(of(limits));
    if (version >= FIRST_WITH_OOM_POLICY && limits.unified().containsKey(OOM_GROUP)) {
      boolean together = limits.unified().get(OOM_GROUP).strip().equals("1");
      properties.put("OOMPolicy", new UnitValue.Text(together ? "kill" : "continue"));
    }
    return properties;
  }

  /** Limits; a quota needs its period beside it unless that is the default one. */
  static Map<String, UnitValue> of(CgroupLimits limits) {
    Map<String, UnitValue> properties = new LinkedHashMap<>();
    limit(properties, "MemoryMax", limits.memoryBytes());
    limit(properties, "MemorySwapMax", swap(limits));
    limits
        .cpuShares()
        .ifPresent(
            shares -> properties.put("CPUWeight", new UnitValue.Whole(CpuWeight.ofShares(shares))));
    quota(properties, limits);
    limit(properties, "TasksMax", limits.pids());
    if (!limits.cpus().isEmpty()) {
      properties.put("AllowedCPUs", numbers(limits.cpus()));
    }
    if (!limits.mems().isEmpty()) {
      properties.put("AllowedMemoryNodes", numbers(limits.mems()));
    }
    limits.unified().forEach((file, value) -> unified(properties, file, value.strip()));
    return properties;
  }

  private static void limit(
      Map<String, UnitValue> properties, String property, OptionalLong limit) {
    limit.ifPresent(value -> properties.put(property, whole(value)));
  }

  private static UnitValue whole(long limit) {
    return limit < 0 ? UnitValue.INFINITY : new UnitValue.Whole(limit);
  }

  /** systemd counts swap alone. What makes no sense is refused where the files are written. */
  private static OptionalLong swap(CgroupLimits limits) {
    OptionalLong both = limits.memoryAndSwapBytes();
    if (both.isEmpty() || both.getAsLong() < 0) {
      return both;
    }
    long memory = limits.memoryBytes().orElse(-1);
    return memory < 0 || both.getAsLong() < memory
        ? OptionalLong.empty()
        : OptionalLong.of(both.getAsLong() - memory);
  }

  private static void quota(Map<String, UnitValue> properties, CgroupLimits limits) {
    limit(properties, "CPUQuotaPeriodUSec", limits.cpuPeriodMicros());
    if (limits.cpuQuotaMicros().isPresent()) {
      long quota = limits.cpuQuotaMicros().getAsLong();
      long period = limits.cpuPeriodMicros().orElse(DEFAULT_PERIOD);
      properties.put(
          "CPUQuotaPerSecUSec",
          quota < 0 ? UnitValue.INFINITY : new UnitValue.Whole(perSecond(quota, period)));
    }
  }

  /** Rounded up: less than what was asked for would be a limit that nobody wanted. */
  private static long perSecond(long quota, long period) {
    BigInteger micros =
        BigInteger.valueOf(quota)
            .multiply(BigInteger.valueOf(MICROS_PER_SECOND))
            .divide(BigInteger.valueOf(period));
    BigInteger percent = BigInteger.valueOf(PERCENT);
    return micros
        .add(percent.subtract(BigInteger.ONE))
        .divide(percent)
        .multiply(percent)
        .min(BigInteger.valueOf(Long.MAX_VALUE))
        .longValue();
  }

  /** A bit for each number, the lowest bit of the first byte being 0. */
  private static UnitValue numbers(String list) {
    return UnitValue.Bits.of(NumberList.parse(list).toByteArray());
  }

  /** Files of version 2 that systemd writes itself: it would take another value back. */
  private static void unified(Map<String, UnitValue> properties, String file, String value) {
    switch (file) {
      case "memory.min" -> put(properties, "MemoryMin", value);
      case "memory.low" -> put(properties, "MemoryLow", value);
      case "memory.high" -> put(properties, "MemoryHigh", value);
      case "memory.max" -> put(properties, "MemoryMax", value);
      case "memory.swap.max" -> put(properties, "MemorySwapMax", value);
      case "pids.max" -> put(properties, "TasksMax", value);
      case "cpu.weight" -> put(properties, "CPUWeight", value);
      case "cpuset.cpus" -> list(properties, "AllowedCPUs", value);
      case "cpuset.mems" -> list(properties, "AllowedMemoryNodes", value);
      default -> {
        // written into its file, which systemd leaves alone
      }
    }
  }

  private static void list(Map<String, UnitValue> properties, String property, String value) {
    if (value.matches("\\d+([-,]\\d+)*")) {
      properties.put(property, numbers(value));
    }
  }

  /** What is no number is for the kernel to judge, where the file is written. */
  private static void put(Map<String, UnitValue> properties, String property, String value) {
    if (value.equals(NO_LIMIT)) {
      properties.put(property, UnitValue.INFINITY);
    } else if (value.matches("\\d{1,18}")) {
      properties.put(property, new UnitValue.Whole(Long.parseLong(value)));
    }
  }
}
