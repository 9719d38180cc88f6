package io.gantry.metrics.sample;

import io.gantry.linux.FileCalls;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Samples of control groups, taken when somebody asks and answered again for a moment. The reading
 * before the last one is what a rate is made of, so who asks every ten seconds gets the mean of ten
 * seconds. Nothing runs while nobody asks. Safe for use by several threads, which wait for each
 * other's readings: a group takes some 20 microseconds.
 */
public final class GroupSamples {

  /** Who asks at the same time gets the same answer; crictl measures over one second. */
  static final Duration LONGEST_AGE = Duration.ofMillis(500);

  /** The clock of a group's time on processors ticks now and then only. */
  static final Duration SHORTEST_WINDOW = Duration.ofMillis(100);

  /** The mean of more says nothing about now. */
  static final Duration LONGEST_WINDOW = Duration.ofMinutes(5);

  private static final double SECOND = 1e9;

  private final GroupReader reader;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final Map<String, Entry> entries = new HashMap<>();
  private final ReentrantLock turn = new ReentrantLock();

  /**
   * One answer.
   *
   * @param at when it was measured
   * @param nanoCores billionths of a processor in use, over the time since the reading before;
   *     empty where there is none that is near enough
   */
  public record Sample(Instant at, GroupUsage usage, OptionalLong nanoCores) {}

  private record Entry(long nanos, Sample sample) {}

  GroupSamples(GroupReader reader, Clock clock, LongSupplier nanoTime) {
    this.reader = reader;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  /**
   * Samples of this machine.
   *
   * @param versionTwo whether the groups are of version 2
   */
  public static GroupSamples of(FileCalls files, boolean versionTwo) {
    KernelFile file = new KernelFile(files);
    return new GroupSamples(
        versionTwo ? new VersionTwoReader(file) : new VersionOneReader(file),
        Clock.systemUTC(),
        System::nanoTime);
  }

  /**
   * What a group uses, not older than {@link #LONGEST_AGE}.
   *
   * @param key means this group for ever, as an id does
   * @param madeAt when the group had used nothing yet, which makes the first rate of a young one;
   *     or null
   * @return nothing when the group is gone
   */
  public Optional<Sample> sample(String key, GroupDirectories group, @Nullable Instant madeAt)
      throws IOException {
    turn.lock();
    try {
      long now = nanoTime.getAsLong();
      Entry last = entries.get(key);
      if (last != null && now - last.nanos() < LONGEST_AGE.toNanos()) {
        return Optional.of(last.sample());
      }
      Optional<GroupUsage> read = reader.usage(group);
      if (read.isEmpty()) {
        entries.remove(key);
        return Optional.empty();
      }
      Instant at = clock.instant();
      Sample sample = new Sample(at, read.get(), rate(last, now, at, madeAt, read.get()));
      entries.put(key, new Entry(now, sample));
      return Optional.of(sample);
    } finally {
      turn.unlock();
    }
  }

  private static OptionalLong rate(
      @Nullable Entry last, long now, Instant at, @Nullable Instant madeAt, GroupUsage usage) {
    if (last != null) {
      return rate(now - last.nanos(), last.sample().usage().cpuNanos(), usage.cpuNanos());
    }
    return madeAt == null
        ? OptionalLong.empty()
        : rate(Duration.between(madeAt, at).toNanos(), OptionalLong.of(0), usage.cpuNanos());
  }

  private static OptionalLong rate(long window, OptionalLong before, OptionalLong after) {
    if (before.isEmpty()
        || after.isEmpty()
        || after.getAsLong() < before.getAsLong()
        || window < SHORTEST_WINDOW.toNanos()
        || window > LONGEST_WINDOW.toNanos()) {
      return OptionalLong.empty();
    }
    double used = after.getAsLong() - before.getAsLong();
    return OptionalLong.of(Math.round(used / window * SECOND));
  }

  /** What only scrapers ask, measured now; nothing when the group is gone. */
  public Optional<GroupDetails> details(GroupDirectories group) throws IOException {
    turn.lock();
    try {
      return reader.details(group);
    } finally {
      turn.unlock();
    }
  }

  /** Forgets all groups but these. */
  public void retain(Set<String> keys) {
    turn.lock();
    try {
      entries.keySet().retainAll(keys);
    } finally {
      turn.unlock();
    }
  }

  /** How many groups are remembered. */
  int size() {
    turn.lock();
    try {
      return entries.size();
    } finally {
      turn.unlock();
    }
  }
}
