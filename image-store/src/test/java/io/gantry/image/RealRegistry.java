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
    this(folder, "");
  }

  /**
   * One that serves what others on the same folder were given.
   *
   * @param more lines of its configuration
   */
  RealRegistry(Path folder, String more) throws IOException, InterruptedException {
    this(folder, more, "");
  }

  /** One that speaks TLS. */
  static RealRegistry secure(Path folder, Path certificate, Path key)
      throws IOException, InterruptedException {
    return new RealRegistry(
        folder, "", ", tls: {certificate: \"%s\", key: \"%s\"}".formatted(certificate, key));
  }

  private RealRegistry(Path folder, String more, String tls)
      throws IOException, InterruptedException {
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
            http: {addr: "127.0.0.1:%d"%s}
            %s
            """
                .formatted(Files.createDirectories(folder.resolve("registry")), port, tls, more));
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
    run(command);
  }

  /** Lets skopeo log in and write what it then knows to a file as Docker's clients have it. */
  void login(Path file, String user, String password) throws IOException, InterruptedException {
    run(
        List.of(
            "skopeo",
            "login",
            "--tls-verify=false",
            "--authfile",
            file.toString(),
            "--username",
            user,
            "--password",
            password,
            host()));
  }

  private void run(List<String> command) throws IOException, InterruptedException {
    if (start(command, "skopeo.log").waitFor() != 0) {
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
