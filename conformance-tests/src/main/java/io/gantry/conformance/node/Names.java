package io.gantry.conformance.node;

import java.nio.file.Path;

/** Names for what a private runtime has outside of its directory. */
final class Names {

  private Names() {}

  /** Short enough for the name of an interface, and as unique as the directory. */
  static String of(String prefix, Path directory) {
    return prefix + "%06x".formatted(directory.toString().hashCode() & 0xffffff);
  }
}
