package io.gantry.metrics.sample;

import java.nio.file.Path;
import java.util.Optional;

/** Where the files of one control group are. */
@FunctionalInterface
public interface GroupDirectories {

  /** Those of a controller such as {@code memory}; empty without one. */
  Optional<Path> of(String controller);
}
