package io.gantry.cli.output;

import io.gantry.cli.session.CliException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What lists of pods and of containers have in common. */
public final class ListOptions {
  @Option(names = "--id", paramLabel = "ID", description = "only the one whose id begins so")
  private String id = "";

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "only those with this label; may be repeated")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(
      names = "--name",
      paramLabel = "REGEX",
      description = "only those whose name matches this regular expression")
  private @Nullable String name;

  @Option(
      names = "--namespace",
      paramLabel = "REGEX",
      description = "only those of pods whose namespace matches this regular expression")
  private @Nullable String namespace;

  @Option(
      names = {"-n", "--last"},
      paramLabel = "N",
      description = "only the N newest, whatever their state")
  private int last;

  @Option(
      names = {"-l", "--latest"},
      description = "only the newest, whatever its state")
  private boolean latest;

  @Option(names = "--no-trunc", description = "whole ids")
  private boolean whole;

  @Option(
      names = {"-q", "--quiet"},
      description = "ids only")
  private boolean quiet;

  @Option(
      names = {"-v", "--verbose"},
      description = "everything the list knows, one block for each")
  private boolean verbose;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "table, json or yaml")
  private Format format = Format.TABLE;

  public Map<String, String> labels() {
    return labels;
  }

  public boolean whole() {
    return whole;
  }

  public boolean quiet() {
    return quiet;
  }

  public boolean verbose() {
    return verbose;
  }

  public Format format() {
    return format;
  }

  /** Whether the newest were asked for, so that the state does not matter. */
  public boolean newestOnly() {
    return latest || last > 0;
  }

  /** Whether an object was asked for. */
  public boolean wants(String objectId, String objectName, String objectNamespace) {
    return objectId.startsWith(id)
        && matches("--name", name, objectName)
        && matches("--namespace", namespace, objectNamespace);
  }

  /** Newest first, and no more than were asked for. */
  public <T> List<T> newest(List<T> all, ToLongFunction<T> created) {
    return all.stream()
        .sorted(Comparator.comparingLong(created).reversed())
        .limit(last > 0 ? last : latest ? 1 : Long.MAX_VALUE)
        .toList();
  }

  private static boolean matches(String option, @Nullable String regex, String text) {
    try {
      return regex == null || Pattern.compile(regex).matcher(text).find();
    } catch (PatternSyntaxException e) {
      throw CliException.misused(
          option + " \"" + regex + "\" is no regular expression: " + e.getDescription());
    }
  }
}
