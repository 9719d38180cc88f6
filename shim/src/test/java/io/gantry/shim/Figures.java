package io.gantry.shim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Prints what the supervisor costs: run as root, from the module's folder, with the test class
 * path. Not a test: a busy machine must not fail a build.
 */
public final class Figures {

  private static final int ROUNDS = 300;

  private interface Work {
    void run() throws IOException;
  }

  private Figures() {}

  public static void main(String[] arguments) throws IOException {
    try (Box box = new Box(Binary.RELEASE)) {
      Box.Container container = box.sh("sleep 1000");
      container.started();
      print("ExecSync true", () -> container.exec("/bin/true"));
      memory("idle shim after " + ROUNDS + " execs", container.shim());
      List<Box.Container> idle = new ArrayList<>();
      print(
          "launch to STARTED",
          () -> {
            Box.Container fresh =
                box.start(box.plan().pivot().exec(List.of("/bin/sleep", "1000"), Box.ENVIRONMENT));
            fresh.started();
            idle.add(fresh);
          });
      memory("one of " + idle.size() + " idle shims", idle.getLast().shim());
      print(
          "SIGKILL to EXITED",
          () -> {
            Box.Container old = idle.removeLast();
            old.shim().signal(9);
            old.exit();
          });
      logs(
          box,
          "64 KiB writes",
          "yes 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789 | head -c 1000000000");
    }
  }

  private static void print(String what, Work work) throws IOException {
    long[] nanos = new long[ROUNDS];
    for (int warm = 0; warm < ROUNDS; warm++) {
      long start = System.nanoTime();
      work.run();
      nanos[warm] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    System.out.printf(
        "%-24s p50 %.2f ms, p95 %.2f ms, min %.2f ms%n",
        what, nanos[ROUNDS / 2] / 1e6, nanos[ROUNDS * 95 / 100] / 1e6, nanos[0] / 1e6);
  }

  private static void memory(String what, Shim shim) throws IOException {
    Path file = Path.of("/proc/" + shim.pid().orElseThrow() + "/smaps_rollup");
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("Pss:") || line.startsWith("Private_Dirty:") || line.startsWith("Rss:")) {
        System.out.println(what + ": " + line.replaceAll(" +", " "));
      }
    }
  }

  private static void logs(Box box, String what, String script) throws IOException {
    long start = System.nanoTime();
    Box.Container container = box.sh(script);
    container.exit();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    long bytes = Files.size(container.log());
    System.out.printf("log, %s: %d MB in %d ms%n", what, bytes >> 20, took.toMillis());
    memory("talking shim has ended; log has " + bytes, box.sh("sleep 1").shim());
  }
}
