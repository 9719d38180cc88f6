package io.gantry.container;

import java.nio.file.Path;

/**
 * Where things of a container lie in the run directory; knows names, does no I/O.
 *
 * @param root such as {@code /run/gantry/containers}
 */
public record ContainerPaths(Path root) {

  /** A socket's path has at most 107 bytes, so the directory is named by a part of the id. */
  private static final int DIGITS = 24;

  /** The directory of the shim's socket and the exit record. */
  public Path directory(ContainerId container) {
    return root.resolve(name(container));
  }

  /** What hooks are shown of the container (OCI runtime-spec, bundle.md), while it is started. */
  public Path bundle(ContainerId container) {
    return directory(container).resolve("bundle");
  }

  /** The directory's name, by which leftovers are told from what is known. */
  public static String name(ContainerId container) {
    return container.value().substring(0, DIGITS);
  }
}
