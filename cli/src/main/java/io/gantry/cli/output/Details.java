package io.gantry.cli.output;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One object as lines of {@code Name: value}. */
public final class Details {
  private final PrintStream out;

  public Details(PrintStream out) {
    this.out = out;
  }

  public Details line(String name, Object value) {
    out.println(name + ": " + value);
    return this;
  }

  /** A line that is left out when there is nothing to say. */
  public Details some(String name, String value) {
    return value.isEmpty() ? this : line(name, value);
  }

  public Details list(String name, List<String> values) {
    values.forEach(value -> line(name, value));
    return this;
  }

  public Details map(String name, Map<String, String> values) {
    if (!values.isEmpty()) {
      out.println(name + ":");
      new TreeMap<>(values).forEach((key, value) -> out.println("\t" + key + " -> " + value));
    }
    return this;
  }

  public void end() {
    out.println();
  }
}
