package io.gantry.conformance.leak;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What lies in directory trees that others may be changing meanwhile. */
final class Directories {

  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
  private static final int CGROUP_DEPTH = 8;

  private Directories() {}

  /** Every cgroup directory of every hierarchy. */
  static NavigableSet<String> cgroups() throws IOException {
    NavigableSet<String> seen = new TreeSet<>();
    if (Files.isDirectory(CGROUPS)) {
      walk(CGROUPS, CGROUP_DEPTH, seen, false);
    }
    return seen;
  }

  /** Every directory and file under these. */
  static NavigableSet<String> under(List<Path> roots) throws IOException {
    NavigableSet<String> seen = new TreeSet<>();
    for (Path root : roots) {
      if (Files.isDirectory(root)) {
        walk(root, Integer.MAX_VALUE, seen, true);
      }
    }
    return seen;
  }

  private static void walk(Path root, int depth, NavigableSet<String> seen, boolean files)
      throws IOException {
    Files.walkFileTree(
        root,
        EnumSet.noneOf(FileVisitOption.class),
        depth,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
            if (!path.equals(root)) {
              seen.add(path.toString());
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
            if (files || attributes.isDirectory()) {
              seen.add(path.toString());
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException gone) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path path, @Nullable IOException gone) {
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
