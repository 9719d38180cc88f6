package io.gantry.conformance.node;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Takes away by exact name what a runtime leaves on a machine when it ends. A step that fails does
 * not keep the next from being tried; {@link #report} tells of all.
 */
final class Leftovers {

  private static final Path HIERARCHIES = Path.of("/sys/fs/cgroup");
  private static final Duration LONGEST_DEATH = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(10);

  private final List<Exception> failures = new ArrayList<>();

  /** One thing to take away. */
  @FunctionalInterface
  interface Step {
    void run() throws IOException, InterruptedException;
  }

  void attempt(Step step) {
    try {
      step.run();
    } catch (IOException | RuntimeException failure) {
      failures.add(failure);
    } catch (InterruptedException interrupted) {
      failures.add(interrupted);
      Thread.currentThread().interrupt();
    }
  }

  /** A network interface, if it is there. */
  void link(String name) {
    attempt(() -> {
      if (Files.exists(Path.of("/sys/class/net", name))) {
        var _ = Command.output("ip", "link", "delete", name);
      }
    });
  }

  /** A table of netfilter with all that is in it, if it is there. */
  void nftTable(String family, String name) {
    attempt(() -> {
      if (nftTables().contains(family + " " + name)) {
        var _ = Command.output("nft", "delete", "table", family, name);
      }
    });
  }

  /** Each as family and name. */
  static Set<String> nftTables() throws IOException, InterruptedException {
    Set<String> tables = new TreeSet<>();
    for (String line : Command.output("nft", "list", "tables").lines().toList()) {
      tables.add(line.replaceFirst("^table ", ""));
    }
    return tables;
  }

  /** The group of this name and all groups in it, in each hierarchy. */
  void cgroups(String name) {
    attempt(() -> {
      for (Path hierarchy : hierarchies()) {
        removeGroups(hierarchy.resolve(name));
      }
    });
  }

  /** A group and all groups in it, in one hierarchy. */
  void cgroup(Path group) {
    attempt(() -> removeGroups(group));
  }

  /** The directories that may hold groups: those of version 1, and the place of version 2. */
  static List<Path> hierarchies() throws IOException {
    List<Path> found = new ArrayList<>(List.of(HIERARCHIES));
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(HIERARCHIES, Files::isDirectory)) {
      entries.forEach(found::add);
    }
    return found;
  }

  private static void removeGroups(Path top) throws IOException, InterruptedException {
    if (!Files.isDirectory(top)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> groups = Files.walk(top)) {
      deepestFirst = groups.filter(Files::isDirectory).sorted(Comparator.reverseOrder()).toList();
    }
    for (Path group : deepestFirst) {
      removeGroup(group);
    }
  }

  /** A group is busy for as long as the kernel takes to bury its last process. */
  private static void removeGroup(Path group) throws IOException, InterruptedException {
    untilNotBusy(() -> Files.deleteIfExists(group));
  }

  private static void untilNotBusy(Step step) throws IOException, InterruptedException {
    long end = System.nanoTime() + LONGEST_DEATH.toNanos();
    while (true) {
      try {
        step.run();
        return;
      } catch (IOException busy) {
        if (System.nanoTime() > end) {
          throw busy;
        }
        Thread.sleep(PAUSE);
      }
    }
  }

  /** A file system that the kernel may still be letting go of. */
  void unmount(Path directory) {
    attempt(() -> untilNotBusy(() -> Command.output("umount", directory.toString())));
  }

  /** Whatever is mounted below a directory, the last mount first. */
  void mountsBelow(Path directory) {
    attempt(() -> {
      List<String> targets =
          Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
              .map(line -> line.split(" ", 6)[4])
              .filter(target -> target.startsWith(directory + "/"))
              .toList();
      for (String target : targets.reversed()) {
        unmount(Path.of(target));
      }
    });
  }

  /**
   * Tells what could not be taken away.
   *
   * @throws IOException with each failure as a suppressed one
   */
  void report() throws IOException {
    if (!failures.isEmpty()) {
      IOException all = new IOException("something of a private runtime stays behind: " + failures);
      failures.forEach(all::addSuppressed);
      throw all;
    }
  }
}
