package io.gantry.metrics.sample;

import java.util.List;

/**
 * What only a scraper of metrics asks of a control group. What a machine does not count is 0.
 *
 * @param processes how many are in the group itself
 * @param tasks threads, in the groups below too
 * @param mostTasks 0 without a limit
 * @param io by device, empty without a controller for it
 * @param hugePages by size, empty without a controller for it
 */
public record GroupDetails(
    Cpu cpu,
    Memory memory,
    long processes,
    long tasks,
    long mostTasks,
    List<DeviceIo> io,
    List<HugePages> hugePages) {

  public GroupDetails {
    io = List.copyOf(io);
    hugePages = List.copyOf(hugePages);
  }

  /**
   * Time on processors since the group was made, and how it was kept from more.
   *
   * @param periods that have passed with a quota
   * @param throttledPeriods those in which it was used up
   */
  public record Cpu(
      long userNanos, long systemNanos, long periods, long throttledPeriods, long throttledNanos) {}

  /**
   * Memory in bytes, beyond {@link GroupUsage.Memory}.
   *
   * @param failures how often the limit was in the way
   * @param oomKills how many processes were killed for want of memory
   */
  public record Memory(
      long cache, long mapped, long kernel, long peak, long failures, long oomKills) {}

  /** What went to and from a block device since the group was made. */
  public record DeviceIo(
      int major, int minor, long readBytes, long writtenBytes, long reads, long writes) {}

  /**
   * Huge pages of one size, in bytes.
   *
   * @param size as the kernel names it, such as {@code 2MB}
   * @param peak 0 with version 2, which does not keep it
   */
  public record HugePages(String size, long usage, long peak) {}
}
