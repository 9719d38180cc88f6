package io.gantry.metrics.sample;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a control group uses, at one moment.
 *
 * @param cpuNanos time on processors since the group was made; empty without a controller for it
 * @param cpuPressure null where the kernel does not measure it, as with version 1
 * @param memory null without a controller for it
 * @param memoryPressure as {@code cpuPressure}
 * @param ioPressure as {@code cpuPressure}
 */
public record GroupUsage(
    OptionalLong cpuNanos,
    @Nullable Pressure cpuPressure,
    @Nullable Memory memory,
    @Nullable Pressure memoryPressure,
    @Nullable Pressure ioPressure) {

  /**
   * Memory in bytes, with all groups below.
   *
   * @param usage all that is charged, page cache included
   * @param limit of the group itself; empty when there is none
   * @param inactiveFile page cache that can be had back at once
   * @param anonymous what no file backs, which is called rss
   * @param swap null where swap is not accounted
   */
  public record Memory(
      long usage,
      OptionalLong limit,
      long inactiveFile,
      long anonymous,
      long pageFaults,
      long majorPageFaults,
      @Nullable Swap swap) {

    /** Usage without what can be had back at once, as kubelet evicts by it. */
    public long workingSet() {
      return Math.max(0, usage - inactiveFile);
    }

    /** What is left below the limit; empty when there is none. */
    public OptionalLong available() {
      return limit.isEmpty()
          ? limit
          : OptionalLong.of(Math.max(0, limit.getAsLong() - workingSet()));
    }
  }

  /**
   * Swap in bytes.
   *
   * @param limit of swap alone; empty when there is none
   */
  public record Swap(long usage, OptionalLong limit) {

    public OptionalLong available() {
      return limit.isEmpty() ? limit : OptionalLong.of(Math.max(0, limit.getAsLong() - usage));
    }
  }
}
