package io.gantry.conformance.stats;

import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.node.PrivateNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The control group of a container as the kernel shows it, of either version and driver. */
record KernelGroup(String path) {

  private static final Path MOUNTS = Path.of("/sys/fs/cgroup");

  static KernelGroup of(PrivateNode node, TestContainer container) {
    String scope = node.name() + ".slice/gantry-" + container.id() + ".scope";
    return new KernelGroup(
        Files.exists(MOUNTS.resolve(scope)) ? scope : node.name() + "/" + container.id());
  }

  private Path file(String name) {
    return Stream.of("memory", "cpuacct", "pids", "")
        .map(hierarchy -> MOUNTS.resolve(hierarchy).resolve(path).resolve(name))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no " + name + " of " + path));
  }

  private boolean versionTwo() {
    return Files.exists(MOUNTS.resolve(path).resolve("cpu.stat"));
  }

  private long flat(String name, String key) throws IOException {
    List<String> lines = Files.readAllLines(file(name));
    return lines.stream()
        .filter(line -> line.startsWith(key + " "))
        .mapToLong(line -> Long.parseLong(line.substring(key.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  long cpuNanos() throws IOException {
    return versionTwo()
        ? flat("cpu.stat", "usage_usec") * 1000
        : Long.parseLong(Files.readString(file("cpuacct.usage")).strip());
  }

  long anonymousBytes() throws IOException {
    return versionTwo() ? flat("memory.stat", "anon") : flat("memory.stat", "total_rss");
  }

  long processes() throws IOException {
    return Files.readAllLines(file("cgroup.procs")).size();
  }

  /** Open files of all its processes. */
  long descriptors() throws IOException {
    long count = 0;
    for (String pid : Files.readAllLines(file("cgroup.procs"))) {
      try (Stream<Path> open = Files.list(Path.of("/proc", pid, "fd"))) {
        count += open.count();
      }
    }
    return count;
  }
}
