package io.gantry.config;

import java.nio.file.Path;
import java.util.Optional;

/** What the command line says; it wins over the file. */
public record Flags(
    Optional<Path> root, Optional<Path> state, Optional<Path> socket, Optional<String> logLevel) {

  public static final Flags NONE =
      new Flags(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
}
