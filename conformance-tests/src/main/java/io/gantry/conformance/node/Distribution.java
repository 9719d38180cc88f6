package io.gantry.conformance.node;

import java.nio.file.Files;
import java.nio.file.Path;

/** The files that a build of Gantry made for people to run. */
public record Distribution(Path repository, Path directory) {

  /**
   * The one that {@code gantry.dist} names, else that of the repository around the current
   * directory.
   *
   * @throws IllegalStateException when it has not been built
   */
  public static Distribution found() {
    Path repository = repositoryAround();
    String given = System.getProperty("gantry.dist", "");
    Path directory = given.isEmpty() ? repository.resolve("target/dist") : Path.of(given);
    if (!Files.isExecutable(directory.resolve("bin/gantryd"))) {
      throw new IllegalStateException(
          "no distribution at " + directory + ": make one with hack/dist, or set -Dgantry.dist");
    }
    return new Distribution(repository, directory);
  }

  private static Path repositoryAround() {
    for (Path here = Path.of("").toAbsolutePath(); here != null; here = here.getParent()) {
      if (Files.isRegularFile(here.resolve("hack/lib/private-node.toml"))) {
        return here;
      }
    }
    throw new IllegalStateException(
        "the current directory is not inside a clone of Gantry: " + Path.of("").toAbsolutePath());
  }

  public Path daemon() {
    return directory.resolve("bin/gantryd");
  }

  public Path commandLine() {
    return directory.resolve("bin/gantry");
  }

  /** The template of a private daemon's configuration. */
  public Path configurationTemplate() {
    return repository.resolve("hack/lib/private-node.toml");
  }
}
