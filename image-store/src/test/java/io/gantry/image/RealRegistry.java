package io.gantry.image;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Debian's docker-registry on a loopback port of its own, and skopeo to fill it. */
final class RealRegistry implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 10_000;

  private final Path folder;
  private final int port;
  private final Process process;

  RealRegistry(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    this.port = freePort();
    Path config =
        Files.writeString(
            folder.resolve("registry.yml"),
            """
            version: 0.1
            log: {level: error}
            storage:
              filesystem: {rootdirectory: %s}
            http: {addr: "127.0.0.1:%d"}
            """
                .formatted(Files.createDirectory(folder.resolve("registry")), port));
    this.process = start(List.of("docker-registry", "serve", config.toString()), "registry.log");
    awaitListening();
  }

  static boolean isInstalled() {
    return List.of("docker-registry", "skopeo").stream()
        .allMatch(program -> Files.isExecutable(Path.of("/usr/bin", program)));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Process start(List<String> command, String log) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(log).toFile())
        .start();
  }

  private void awaitListening() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (true) {
      try {
        new Socket(InetAddress.getLoopbackAddress(), port).close();
        return;
      } catch (IOException e) {
        if (System.nanoTime() > deadline || !process.isAlive()) {
          throw new IOException(Files.readString(folder.resolve("registry.log")), e);
        }
        Thread.sleep(20);
      }
    }
  }

  String host() {
    return "127.0.0.1:" + port;
  }

  /**
   * Copies an image with skopeo.
   *
   * @param options such as {@code --format=v2s2}
   */
  void push(String source, String repositoryAndTag, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of("skopeo", "--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false"));
    command.addAll(List.of(options));
    command.addAll(List.of(source, "docker://" + host() + "/" + repositoryAndTag));
    Process skopeo = start(command, "skopeo.log");
    if (skopeo.waitFor() != 0) {
      throw new IOException(Files.readString(folder.resolve("skopeo.log")));
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
