package io.gantry.conformance.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A cgroup that holds a runtime whole: its daemon, what the daemon starts, and its pods. The kernel
 * charges CPU time to it exactly, that of processes which are long gone included. What the kernel
 * does later on its own account, such as taking a network namespace apart, is charged to nobody.
 */
public final class PrivateCgroup implements AutoCloseable {

  private static final Path VERSION_2 = Path.of("/sys/fs/cgroup");
  private static final Path VERSION_1 = VERSION_2.resolve("cpuacct");
  private static final long NANOSECONDS_PER_MICROSECOND = 1_000;

  private final String name;
  private final Path group;

  private PrivateCgroup(String name, Path group) {
    this.name = name;
    this.group = group;
  }

  /**
   * Makes the group.
   *
   * @param directory of the runtime, for a unique name
   */
  public static PrivateCgroup make(Path directory) throws IOException {
    String name = Names.of("gantry-bench-", directory);
    Path hierarchy = Files.isDirectory(VERSION_1) ? VERSION_1 : VERSION_2;
    Files.createDirectories(hierarchy.resolve(name).resolve("daemon"));
    return new PrivateCgroup(name, hierarchy.resolve(name));
  }

  /** Words to put before a command that is to run in the group from its beginning. */
  public List<String> joining() {
    // Whoever writes 0 moves itself: cgroups(7).
    String procs = group.resolve("daemon/cgroup.procs").toString();
    return List.of("/bin/sh", "-c", "echo 0 >\"$0\" && exec \"$@\"", procs);
  }

  /** For the {@code cgroup_parent} of a pod that is to be charged here. */
  public String parentOfPods() {
    return "/" + name + "/pods";
  }

  /** CPU time of all processes that have been in the group, in nanoseconds. */
  public long cpuNanoseconds() throws IOException {
    Path version1 = group.resolve("cpuacct.usage");
    if (Files.exists(version1)) {
      return Long.parseLong(Files.readString(version1).strip());
    }
    return Files.readAllLines(group.resolve("cpu.stat")).stream()
        .filter(line -> line.startsWith("usage_usec "))
        .mapToLong(line -> Long.parseLong(line.split(" ", 2)[1]) * NANOSECONDS_PER_MICROSECOND)
        .findFirst()
        .orElseThrow(() -> new IOException("no usage_usec in cpu.stat of " + group));
  }

  /** The processes that are in it at the moment. */
  public List<Long> processes() throws IOException {
    List<Path> groups;
    try (Stream<Path> tree = Files.walk(group)) {
      groups = tree.filter(Files::isDirectory).toList();
    }
    List<Long> pids = new ArrayList<>();
    for (Path each : groups) {
      Files.readAllLines(each.resolve("cgroup.procs")).stream()
          .map(Long::valueOf)
          .forEach(pids::add);
    }
    return pids;
  }

  /** Removes the group from every hierarchy that the runtime has made it in. */
  @Override
  public void close() throws IOException {
    Leftovers leftovers = new Leftovers();
    leftovers.cgroups(name);
    leftovers.report();
  }
}
