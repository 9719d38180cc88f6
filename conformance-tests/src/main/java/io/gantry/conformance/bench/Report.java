package io.gantry.conformance.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * The figures of one run, as a table for people and as JSON for programs.
 *
 * @param runtime name and version of what was measured
 */
record Report(String runtime, String machine, List<Figure> figures) {

  private static final int BAR = 24;

  Report {
    figures = List.copyOf(figures);
  }

  /** A line for each figure; where something is promised, a bar whose end is the limit. */
  String table() {
    StringBuilder text = new StringBuilder();
    text.append(runtime).append(" on ").append(machine).append('\n');
    text.append(
        String.format(Locale.ROOT, "%-52s %9s %9s %-4s %8s%n", "", "median", "p95", "", "limit"));
    figures.forEach(figure -> text.append(row(figure)));
    return text.toString();
  }

  private static String row(Figure figure) {
    return String.format(
            Locale.ROOT,
            "%-52s %9.2f %9s %-4s %8s  %s",
            figure.name(),
            figure.value(),
            text(figure.high()),
            figure.unit(),
            text(figure.limit()),
            bar(figure))
        .stripTrailing()
        .concat(System.lineSeparator());
  }

  private static String text(OptionalDouble number) {
    return number.isPresent() ? String.format(Locale.ROOT, "%.2f", number.getAsDouble()) : "";
  }

  private static String bar(Figure figure) {
    if (figure.limit().isEmpty()) {
      return "";
    }
    double share = figure.value() / figure.limit().getAsDouble();
    int filled = (int) Math.round(Math.min(share, 1) * BAR);
    String bar = "#".repeat(filled) + ".".repeat(BAR - filled);
    return String.format(Locale.ROOT, "|%s| %.0f %%%s", bar, share * 100, share > 1 ? " OVER" : "");
  }

  String json() {
    String lines =
        figures.stream().map(figure -> "    " + figure.json()).collect(Collectors.joining(",\n"));
    return """
    {
      "runtime": "%s",
      "machine": "%s",
      "figures": [
    %s
      ]
    }
    """
        .formatted(runtime, machine, lines);
  }

  static String thisMachine() throws IOException {
    String load = Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
    String kernel = Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
    return "Linux %s, %d cores, load %s"
        .formatted(kernel, Runtime.getRuntime().availableProcessors(), load);
  }
}
