package io.gantry.cli.stats;

import io.gantry.cli.output.Format;
import io.gantry.cli.output.ShortId;
import io.gantry.cli.session.CliException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** What the verbs of statistics have in common. */
final class StatsOptions {

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "only those with this label; may be repeated")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(
      names = {"-s", "--seconds"},
      paramLabel = "N",
      description = "measure the use of processors over N seconds; 1 unless given")
  private int seconds = 1;

  @Option(
      names = {"-w", "--watch"},
      description = "go on until interrupted")
  private boolean watch;

  @Option(names = "--no-trunc", description = "whole ids")
  private boolean whole;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "table, json or yaml")
  private Format format = Format.TABLE;

  Map<String, String> labels() {
    return labels;
  }

  Duration window() {
    if (seconds < 1 || seconds > 3600) {
      throw CliException.misused("--seconds " + seconds + ": want 1 to 3600");
    }
    return Duration.ofSeconds(seconds);
  }

  boolean watch() {
    if (watch && format != Format.TABLE) {
      throw CliException.misused("--watch shows tables: leave out --output");
    }
    return watch;
  }

  Format format() {
    return format;
  }

  String id(String id) {
    return ShortId.of(id, whole);
  }
}
