package io.gantry.conformance.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What has to be known to make sense of figures, as pairs of a name and a text. */
final class Facts {

  private static final DateTimeFormatter TO_THE_MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'");
  private static final double KIBIBYTES_PER_GIBIBYTE = 1 << 20;

  private final Map<String, String> facts = new LinkedHashMap<>();

  /** The facts of this machine, at this moment. */
  static Facts ofThisMachine() throws IOException {
    Facts facts = new Facts();
    facts.put("date", ZonedDateTime.now(ZoneOffset.UTC).format(TO_THE_MINUTE));
    facts.put("kernel", "Linux " + Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
    facts.put("processor", processor());
    facts.put("memory", memory());
    facts.put("cgroups", cgroups());
    facts.put("load average before", loadAverage());
    return facts;
  }

  private static String processor() throws IOException {
    int cores = Runtime.getRuntime().availableProcessors();
    return field("/proc/cpuinfo", "model name").orElse("unknown") + ", " + cores + " cores";
  }

  private static String memory() throws IOException {
    String kibibytes = field("/proc/meminfo", "MemTotal").orElse("0 kB").split(" ", 2)[0];
    return "%.0f GiB".formatted(Long.parseLong(kibibytes) / KIBIBYTES_PER_GIBIBYTE);
  }

  private static Optional<String> field(String file, String name) throws IOException {
    return Files.readAllLines(Path.of(file)).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  private static String cgroups() {
    return Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"))
        ? "version 2"
        : "version 1 or both";
  }

  /** To be told once more when all is done. */
  void ended() throws IOException {
    put("load average after", loadAverage());
  }

  private static String loadAverage() throws IOException {
    List<String> words = List.of(Files.readString(Path.of("/proc/loadavg")).split(" ", -1));
    return String.join(" ", words.subList(0, 3));
  }

  void put(String name, String text) {
    facts.put(name, text);
  }

  Map<String, String> all() {
    return new LinkedHashMap<>(facts);
  }
}
