package io.gantry.cli.stats;

import io.gantry.api.cri.v1.CpuUsage;
import io.gantry.api.cri.v1.MemoryUsage;
import io.gantry.cli.output.Size;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is used, in the words of tables; {@code -} for what is not known. */
final class Amounts {

  static final String UNKNOWN = "-";

  private static final int BAR = 10;

  private Amounts() {}

  /** Percent of one processor between two samples; 100 is one that did nothing else. */
  static String cpu(@Nullable CpuUsage before, CpuUsage after) {
    long window = before == null ? 0 : after.getTimestamp() - before.getTimestamp();
    if (before == null
        || window <= 0
        || !before.hasUsageCoreNanoSeconds()
        || !after.hasUsageCoreNanoSeconds()) {
      return UNKNOWN;
    }
    long used =
        after.getUsageCoreNanoSeconds().getValue() - before.getUsageCoreNanoSeconds().getValue();
    return used < 0 ? UNKNOWN : String.format(Locale.ROOT, "%.2f", used * 100.0 / window);
  }

  static String memory(boolean known, MemoryUsage memory) {
    return known ? Size.of(memory.getWorkingSetBytes().getValue()) : UNKNOWN;
  }

  /** How much of its limit is used, such as {@code [#### ] 42% of 268MB}. */
  static String limit(MemoryUsage memory) {
    if (!memory.hasAvailableBytes()) {
      return UNKNOWN;
    }
    long used = memory.getWorkingSetBytes().getValue();
    long limit = used + memory.getAvailableBytes().getValue();
    int full = limit <= 0 ? BAR : Math.clamp(Math.round((double) used * BAR / limit), 0, BAR);
    long percent = limit <= 0 ? 100 : Math.round(used * 100.0 / limit);
    return "[%s%s] %3d%% of %s"
        .formatted("#".repeat(full), " ".repeat(BAR - full), percent, Size.of(limit));
  }

  static String size(boolean known, long bytes) {
    return known ? Size.of(bytes) : UNKNOWN;
  }

  static String count(boolean known, long count) {
    return known ? Long.toString(count) : UNKNOWN;
  }
}
