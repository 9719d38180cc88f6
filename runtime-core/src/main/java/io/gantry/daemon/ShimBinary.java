package io.gantry.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the supervisor's program lies: beside the daemon's own jars, or where a property says. */
final class ShimBinary {

  /** Set by the launch script. */
  static final String PROPERTY = "gantry.shim";

  private static final Path INSTALLED = Path.of("/usr/local/libexec/gantry-shim");

  private ShimBinary() {}

  static Path path() throws IOException {
    Path path = Path.of(System.getProperty(PROPERTY, INSTALLED.toString()));
    if (!Files.isExecutable(path)) {
      throw new IOException(
          "gantry-shim is not at " + path + ": set -D" + PROPERTY + " to where it is");
    }
    return path;
  }
}
