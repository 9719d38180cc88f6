package io.gantry.conformance.leak;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How far a look goes.
 *
 * @param files directories whose content counts
 * @param ignored things that match do not count: for a machine where others work too
 */
public record Scope(List<Path> files, Optional<Pattern> ignored) {

  /** The name of the variable that holds a pattern of things to ignore. */
  public static final String IGNORE_VARIABLE = "GANTRY_LEAK_IGNORE";

  public Scope {
    files = List.copyOf(files);
  }

  /** The machine and these directories; what the environment says to ignore is ignored. */
  public static Scope of(List<Path> files) {
    Optional<String> pattern =
        Optional.ofNullable(System.getenv(IGNORE_VARIABLE)).filter(text -> !text.isBlank());
    return new Scope(files, pattern.map(Pattern::compile));
  }

  /** This scope without the things that match, in addition to what it ignores already. */
  public Scope without(Pattern pattern) {
    String both = ignored.map(first -> "(" + first + ")|").orElse("") + "(" + pattern + ")";
    return new Scope(files, Optional.of(Pattern.compile(both)));
  }

  boolean ignores(String thing) {
    return ignored.map(pattern -> pattern.matcher(thing).find()).orElse(false);
  }
}
