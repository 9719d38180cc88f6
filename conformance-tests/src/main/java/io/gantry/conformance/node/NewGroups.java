package io.gantry.conformance.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Cgroups of one name that come into being from a moment on, and that nobody removes who makes
 * them.
 *
 * @param before those that were there already
 */
public record NewGroups(String name, List<Path> before) implements AutoCloseable {

  public NewGroups {
    before = List.copyOf(before);
  }

  /**
   * From here on.
   *
   * @param name below the root of each hierarchy
   */
  public static NewGroups named(String name) throws IOException {
    return new NewGroups(name, there(name));
  }

  private static List<Path> there(String name) throws IOException {
    return Leftovers.hierarchies().stream()
        .map(hierarchy -> hierarchy.resolve(name))
        .filter(Files::isDirectory)
        .toList();
  }

  /** Removes the new ones; one that holds processes is left, which is an error. */
  @Override
  public void close() throws IOException {
    Leftovers leftovers = new Leftovers();
    for (Path group : there(name)) {
      if (!before.contains(group)) {
        leftovers.cgroup(group);
      }
    }
    leftovers.report();
  }
}
