package io.gantry.linux.cgroup;

import java.util.Map;
import java.util.OptionalLong;

/**
 * What a control group may use. An empty value leaves the kernel's default.
 *
 * @param memoryBytes memory.limit_in_bytes or memory.max
 * @param memoryAndSwapBytes memory plus swap, as the OCI runtime specification counts it
 *     (linux.resources.memory.swap)
 * @param cpuShares 2 to 262144, converted to a weight on version 2
 * @param cpuQuotaMicros CPU time for each period; -1 is no limit
 * @param cpuPeriodMicros 1000 to 1000000
 * @param pids number of tasks; -1 is no limit
 * @param cpus cpuset.cpus, or empty
 * @param mems cpuset.mems, or empty
 * @param hugepageBytes limit by page size as the kernel names it, such as {@code 2MB}
 * @param unified file name and value written as they are, version 2 only
 */
public record CgroupLimits(
    OptionalLong memoryBytes,
    OptionalLong memoryAndSwapBytes,
    OptionalLong cpuShares,
    OptionalLong cpuQuotaMicros,
    OptionalLong cpuPeriodMicros,
    OptionalLong pids,
    String cpus,
    String mems,
    Map<String, Long> hugepageBytes,
    Map<String, String> unified) {

  public static final CgroupLimits NONE =
      new CgroupLimits(
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          "",
          "",
          Map.of(),
          Map.of());

  public CgroupLimits {
    hugepageBytes = Map.copyOf(hugepageBytes);
    unified = Map.copyOf(unified);
  }
}
