package io.gantry.conformance.node;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** Keeps a private containerd until SIGTERM or SIGINT, from the command line. */
public final class RunContainerd {

  private RunContainerd() {}

  /** Prints the socket on a line of its own when the runtime is there with the test image. */
  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Path directory = Files.createTempDirectory("gantry-containerd");
    PrivateContainerd containerd;
    try {
      containerd = PrivateContainerd.start(Distribution.found(), directory);
    } catch (IOException failure) {
      System.err.println("containerd: " + failure.getMessage());
      removeAll(directory);
      System.exit(1);
      return;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(containerd, directory), "end"));
    String image = TestImage.importInto(containerd);
    out.println("unix://" + containerd.socket());
    System.err.println(
        "containerd: pid %d, image %s; ends with SIGTERM".formatted(containerd.pid(), image));
    new CountDownLatch(1).await();
  }

  private static void end(PrivateContainerd containerd, Path directory) {
    try {
      containerd.close();
      removeAll(directory);
    } catch (IOException failure) {
      System.err.println("containerd: " + failure.getMessage() + "; see " + directory);
      // The exit status of a signal would hide it, and exit() cannot be called in here.
      Runtime.getRuntime().halt(1);
    }
  }

  private static void removeAll(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
