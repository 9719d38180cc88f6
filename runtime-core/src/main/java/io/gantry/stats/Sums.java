package io.gantry.stats;

import io.gantry.metrics.sample.GroupSamples;
import io.gantry.metrics.sample.GroupUsage;
import io.gantry.metrics.sample.GroupUsage.Memory;
import io.gantry.metrics.sample.GroupUsage.Swap;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the containers of a pod that has no group of its own. What one of them does not have, the
 * sum does not have either; pressure cannot be added.
 */
final class Sums {

  private Sums() {}

  static GroupSamples.Sample of(List<GroupSamples.Sample> parts, Instant now) {
    List<GroupUsage> usages = parts.stream().map(GroupSamples.Sample::usage).toList();
    boolean memoryOfAll = usages.stream().allMatch(usage -> usage.memory() != null);
    List<Memory> memories =
        usages.stream().map(GroupUsage::memory).filter(Objects::nonNull).toList();
    GroupUsage sum =
        new GroupUsage(
            total(usages, GroupUsage::cpuNanos),
            null,
            memoryOfAll ? memory(memories) : null,
            null,
            null);
    return new GroupSamples.Sample(
        parts.stream().map(GroupSamples.Sample::at).min(Instant::compareTo).orElse(now),
        sum,
        total(parts, GroupSamples.Sample::nanoCores));
  }

  private static Memory memory(List<Memory> parts) {
    return new Memory(
        sum(parts, Memory::usage),
        parts.isEmpty() ? OptionalLong.empty() : total(parts, Memory::limit),
        sum(parts, Memory::inactiveFile),
        sum(parts, Memory::anonymous),
        sum(parts, Memory::pageFaults),
        sum(parts, Memory::majorPageFaults),
        swap(parts));
  }

  private static @Nullable Swap swap(List<Memory> parts) {
    List<Swap> known = parts.stream().map(Memory::swap).filter(Objects::nonNull).toList();
    return known.isEmpty() || known.size() < parts.size()
        ? null
        : new Swap(sum(known, Swap::usage), total(known, Swap::limit));
  }

  private static <T> long sum(List<T> parts, ToLongFunction<T> part) {
    return parts.stream().mapToLong(part).sum();
  }

  private static <T> OptionalLong total(List<T> parts, Function<T, OptionalLong> part) {
    long total = 0;
    for (T each : parts) {
      OptionalLong value = part.apply(each);
      if (value.isEmpty()) {
        return value;
      }
      total += value.getAsLong();
    }
    return OptionalLong.of(total);
  }
}
