package io.gantry.metrics.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Files of control groups as kernels wrote them: version 1 by 6.18, version 2 by 6.12. */
final class Groups {

  private Groups() {}

  static Path copyOf(String version, Path into) throws IOException {
    Path recorded = recorded(version);
    try (Stream<Path> files = Files.walk(recorded)) {
      files.forEach(file -> copy(file, into.resolve(recorded.relativize(file).toString())));
    }
    return into;
  }

  private static void copy(Path file, Path to) {
    try {
      if (Files.isDirectory(file)) {
        Files.createDirectories(to);
      } else {
        Files.copy(file, to);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path recorded(String version) {
    try {
      return Path.of(
          Objects.requireNonNull(Groups.class.getResource("/cgroup/" + version)).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A directory for each controller, as version 1 has it. */
  static GroupDirectories versionOne(Path root) {
    return controller -> Optional.of(root.resolve(controller)).filter(Files::isDirectory);
  }

  static GroupDirectories versionTwo(Path root) {
    return controller -> Optional.of(root);
  }
}
