package io.gantry.image.manifest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Which of the levels of x86-64 a processor has (x86-64 psABI, 3.1.1, "Processor Architecture"), by
 * the names that Linux gives its features.
 *
 * @param number 1 to 4
 */
record ProcessorLevel(int number) {

  private static final List<Set<String>> FEATURES =
      List.of(
          Set.of("cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3"),
          Set.of("avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"),
          Set.of("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"));

  /** The level of this machine; the lowest where it cannot be found out. */
  static ProcessorLevel ofMachine() {
    try {
      return of(Files.readString(Path.of("/proc/cpuinfo")));
    } catch (IOException e) {
      return new ProcessorLevel(1);
    }
  }

  static ProcessorLevel of(String cpuinfo) {
    Set<String> flags =
        cpuinfo
            .lines()
            .filter(line -> line.startsWith("flags"))
            .findFirst()
            .map(line -> Set.of(line.substring(line.indexOf(':') + 1).strip().split("\\s+", -1)))
            .orElse(Set.of());
    int level = 1;
    for (Set<String> next : FEATURES) {
      if (!flags.containsAll(next)) {
        break;
      }
      level++;
    }
    return new ProcessorLevel(level);
  }

  /** As an index names it: the base level has no variant. */
  String variant() {
    return number == 1 ? "" : "v" + number;
  }
}
