package io.gantry.cli;

import java.util.Set;

/** Finds the verb of a command line without parsing it. */
final class FirstVerb {
  private static final Set<String> WITH_VALUE =
      Set.of("-H", "--host", "--socket", "--runtime-endpoint", "--timeout");

  private FirstVerb() {}

  /** The first word that is neither an option nor the value of one; empty if there is none. */
  static String of(String... arguments) {
    for (int i = 0; i < arguments.length; i++) {
      if (WITH_VALUE.contains(arguments[i])) {
        i++;
      } else if (!arguments[i].startsWith("-")) {
        return arguments[i];
      }
    }
    return "";
  }
}
