package io.gantry.linux.cgroup;

import java.util.LinkedHashMap;
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

  private static final long NO_LIMIT = -1;
  private static final long DEFAULT_SHARES = 1024;
  private static final long DEFAULT_PERIOD = 100_000;

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

  /**
   * These limits where a change says nothing, else the change's. A change of the memory alone
   * leaves as much swap beside it as there was.
   */
  public CgroupLimits changedBy(CgroupLimits change) {
    return new CgroupLimits(
        later(memoryBytes, change.memoryBytes),
        later(sameSwap(change.memoryBytes), change.memoryAndSwapBytes),
        later(cpuShares, change.cpuShares),
        later(cpuQuotaMicros, change.cpuQuotaMicros),
        later(cpuPeriodMicros, change.cpuPeriodMicros),
        later(pids, change.pids),
        change.cpus.isEmpty() ? cpus : change.cpus,
        change.mems.isEmpty() ? mems : change.mems,
        merged(hugepageBytes, change.hugepageBytes),
        merged(unified, change.unified));
  }

  /**
   * Those of these limits that a change is about. Memory and swap come together: what one of them
   * may be depends on the other.
   */
  public CgroupLimits concernedBy(CgroupLimits change) {
    boolean memory = change.memoryBytes.isPresent() || change.memoryAndSwapBytes.isPresent();
    return new CgroupLimits(
        where(memory, memoryBytes),
        where(memory, memoryAndSwapBytes),
        where(change.cpuShares.isPresent(), cpuShares),
        where(change.cpuQuotaMicros.isPresent(), cpuQuotaMicros),
        where(change.cpuPeriodMicros.isPresent(), cpuPeriodMicros),
        where(change.pids.isPresent(), pids),
        change.cpus.isEmpty() ? "" : cpus,
        change.mems.isEmpty() ? "" : mems,
        where(hugepageBytes, change.hugepageBytes),
        where(unified, change.unified));
  }

  /**
   * What takes a change back: these limits where they say something of what it concerns, else no
   * limit. Where the kernel has no word for that, as with cpusets and single files, what the change
   * wrote stays.
   */
  public CgroupLimits takingBack(CgroupLimits change) {
    CgroupLimits kept = concernedBy(change);
    boolean memory = change.memoryBytes.isPresent() || change.memoryAndSwapBytes.isPresent();
    Map<String, Long> pages = new LinkedHashMap<>();
    change.hugepageBytes.keySet().forEach(size -> pages.put(size, NO_LIMIT));
    pages.putAll(kept.hugepageBytes);
    return new CgroupLimits(
        later(standard(memory, NO_LIMIT), kept.memoryBytes),
        later(standard(change.memoryAndSwapBytes.isPresent(), NO_LIMIT), kept.memoryAndSwapBytes),
        later(standard(change.cpuShares.isPresent(), DEFAULT_SHARES), kept.cpuShares),
        later(standard(change.cpuQuotaMicros.isPresent(), NO_LIMIT), kept.cpuQuotaMicros),
        later(standard(change.cpuPeriodMicros.isPresent(), DEFAULT_PERIOD), kept.cpuPeriodMicros),
        later(standard(change.pids.isPresent(), NO_LIMIT), kept.pids),
        kept.cpus,
        kept.mems,
        pages,
        kept.unified);
  }

  private static OptionalLong standard(boolean changed, long standard) {
    return changed ? OptionalLong.of(standard) : OptionalLong.empty();
  }

  private static <T> Map<String, T> where(Map<String, T> values, Map<String, T> concerned) {
    Map<String, T> kept = new LinkedHashMap<>(values);
    kept.keySet().retainAll(concerned.keySet());
    return kept;
  }

  private OptionalLong sameSwap(OptionalLong memory) {
    boolean known =
        memory.isPresent() && memoryBytes.isPresent() && memoryAndSwapBytes.orElse(-1) >= 0;
    return known
        ? OptionalLong.of(
            memory.getAsLong() + memoryAndSwapBytes.getAsLong() - memoryBytes.getAsLong())
        : memoryAndSwapBytes;
  }

  private static OptionalLong where(boolean concerned, OptionalLong value) {
    return concerned ? value : OptionalLong.empty();
  }

  private static OptionalLong later(OptionalLong before, OptionalLong change) {
    return change.isPresent() ? change : before;
  }

  private static <T> Map<String, T> merged(Map<String, T> before, Map<String, T> change) {
    Map<String, T> merged = new LinkedHashMap<>(before);
    merged.putAll(change);
    return merged;
  }
}
