package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A control group of one test in one hierarchy of the machine. */
record TestGroup(Path hierarchy, Path path) implements AutoCloseable {

  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

  /**
   * Makes one. The hierarchy of version 2 is called {@code unified}, also where there is no other;
   * a test that wants another is skipped there.
   */
  static TestGroup in(String hierarchy) throws IOException {
    Path named = CGROUPS.resolve(hierarchy);
    Path root = hierarchy.equals("unified") && !Files.isDirectory(named) ? CGROUPS : named;
    assumeTrue(Files.isDirectory(root), "this machine has no control groups of version 1");
    String name = "gantry-shim-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    return new TestGroup(root, Files.createDirectory(root.resolve(name)));
  }

  Path file(String name) {
    return path.resolve(name);
  }

  void write(String file, String value) throws IOException {
    Files.writeString(file(file), value);
  }

  List<String> processes() throws IOException {
    return Files.readAllLines(file("cgroup.procs"));
  }

  /** Leaves the group to those that come later. */
  void moveOut(int pid) throws IOException {
    Files.writeString(hierarchy.resolve("cgroup.procs"), Integer.toString(pid));
  }

  void awaitProcesses(boolean some) throws IOException {
    long end = System.nanoTime() + Box.SOON.toNanos();
    while (processes().isEmpty() == some) {
      assertThat(System.nanoTime()).as("processes of %s: %s", path, processes()).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() throws IOException {
    awaitProcesses(false);
    Files.delete(path);
  }
}
