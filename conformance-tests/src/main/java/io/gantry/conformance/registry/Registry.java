package io.gantry.conformance.registry;

import io.gantry.conformance.node.Command;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Debian's docker-registry on a port of loopback, filled by skopeo. */
public final class Registry implements AutoCloseable {

  private static final long LONGEST_START_SECONDS = 30;
  private static final String ACCEPTED =
      String.join(
          ",",
          "application/vnd.oci.image.manifest.v1+json",
          "application/vnd.oci.image.index.v1+json",
          "application/vnd.docker.distribution.manifest.v2+json");

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final String address;

  private Registry(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  /** The programs this needs that are not there. */
  public static List<String> missingPrograms() {
    return Stream.of("docker-registry", "skopeo")
        .filter(program -> !Command.isInstalled(program))
        .toList();
  }

  public static Registry start(Path directory) throws IOException, InterruptedException {
    String address = "127.0.0.1:" + freePort();
    Path config = directory.resolve("registry.yml");
    Files.writeString(
        config,
        """
        version: 0.1
        log: {level: error, accesslog: {disabled: true}}
        storage: {filesystem: {rootdirectory: %s}, delete: {enabled: true}}
        http: {addr: "%s"}
        """
            .formatted(directory.resolve("registry"), address));
    ProcessBuilder builder =
        new ProcessBuilder("docker-registry", "serve", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("registry.log").toFile());
    builder.environment().put("OTEL_TRACES_EXPORTER", "none");
    Registry registry = new Registry(builder.start(), address);
    registry.waitUntilReady();
    return registry;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void waitUntilReady() throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_START_SECONDS);
    while (true) {
      try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port())) {
        return;
      } catch (IOException notYet) {
        if (!process.isAlive() || System.nanoTime() > end) {
          throw new IOException("docker-registry does not listen on " + address, notYet);
        }
        Thread.sleep(20);
      }
    }
  }

  private int port() {
    return Integer.parseInt(address.substring(address.indexOf(':') + 1));
  }

  /** Host and port, as references name it. */
  public String address() {
    return address;
  }

  /**
   * Copies an image from an archive to the registry.
   *
   * @param source as skopeo has it, such as {@code oci-archive:/file.tar}
   * @param format {@code oci} or {@code v2s2}
   */
  public void push(String source, String repository, String format)
      throws IOException, InterruptedException {
    var _ =
        Command.output(
            "skopeo",
            "--insecure-policy",
            "copy",
            "--quiet",
            "--dest-tls-verify=false",
            "--format",
            format,
            source,
            "docker://" + address + "/" + repository);
  }

  /** A manifest as the registry holds it. */
  public record Manifest(String digest, String mediaType, String content) {

    public int size() {
      return content.getBytes(StandardCharsets.UTF_8).length;
    }
  }

  public Manifest manifest(String repository, String tag) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(uri(repository, tag)).header("Accept", ACCEPTED).build(),
            HttpResponse.BodyHandlers.ofString());
    return new Manifest(
        response.headers().firstValue("docker-content-digest").orElseThrow(),
        response.headers().firstValue("content-type").orElseThrow(),
        response.body());
  }

  /** Stores an index that leads to manifests of the same repository. */
  public void putIndex(String repository, String tag, String content)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(uri(repository, tag))
                .header("Content-Type", "application/vnd.oci.image.index.v1+json")
                .PUT(HttpRequest.BodyPublishers.ofString(content))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 201) {
      throw new IOException("PUT of an index: " + response.statusCode() + " " + response.body());
    }
  }

  private URI uri(String repository, String tag) {
    return URI.create("http://" + address + "/v2/" + repository + "/manifests/" + tag);
  }

  @Override
  public void close() {
    http.close();
    process.destroy();
    try {
      process.waitFor();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
