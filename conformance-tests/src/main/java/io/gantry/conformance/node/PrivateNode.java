package io.gantry.conformance.node;

import io.gantry.api.cri.v1.VersionRequest;
import io.gantry.conformance.cri.CriClient;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A gantryd of one's own. Everything it has lies under one directory or bears the node's name. Not
 * for use by several threads.
 */
public final class PrivateNode implements AutoCloseable {

  private static final Duration LONGEST_START = Duration.ofSeconds(60);
  private static final Duration LONGEST_END = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(2);

  private final Distribution distribution;
  private final Path directory;
  private final CriClient client;
  private Process process;

  private PrivateNode(Distribution distribution, Path directory) throws IOException {
    this.distribution = distribution;
    this.directory = directory;
    this.client = CriClient.of(socket().toString());
    this.process = launch();
  }

  /**
   * Starts a daemon and waits until it answers.
   *
   * @param directory an existing one, for everything the daemon has
   */
  public static PrivateNode start(Distribution distribution, Path directory)
      throws IOException, InterruptedException {
    String template = Files.readString(distribution.configurationTemplate());
    Files.writeString(
        directory.resolve("config.toml"),
        template.replace("@DIRECTORY@", directory.toString()).replace("@NAME@", name(directory)));
    PrivateNode node = new PrivateNode(distribution, directory);
    node.waitUntilReady();
    return node;
  }

  /** Short enough for the name of an interface, and as unique as the directory. */
  static String name(Path directory) {
    return "gt%06x".formatted(directory.toString().hashCode() & 0xffffff);
  }

  private Process launch() throws IOException {
    return new ProcessBuilder(
            distribution.daemon().toString(),
            "--config",
            directory.resolve("config.toml").toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(daemonLog().toFile()))
        .start();
  }

  private void waitUntilReady() throws IOException, InterruptedException {
    long end = System.nanoTime() + LONGEST_START.toNanos();
    while (!listens()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new IOException(
            "gantryd did not come up: %s; its log says:%n%s"
                .formatted(process, Files.readString(daemonLog())));
      }
      Thread.sleep(PAUSE);
    }
    client.reconnect();
    var _ = client.runtime().withWaitForReady().version(VersionRequest.getDefaultInstance());
  }

  private boolean listens() {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(socket()));
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Goes on to work after the daemon was started again. */
  public CriClient client() {
    return client;
  }

  public Path socket() {
    return directory.resolve("gantry.sock");
  }

  /** What the daemon printed so far is here. */
  public Path daemonLog() {
    return directory.resolve("gantryd.log");
  }

  /** The name of its bridge, its table and its cgroups. */
  public String name() {
    return name(directory);
  }

  /** Where the records and run files of pods and containers are. */
  public List<Path> stateDirectories() {
    return List.of(directory.resolve("run"), directory.resolve("root"));
  }

  public long pid() {
    return process.pid();
  }

  /** SIGKILL: the daemon gets no chance to say goodbye. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** SIGTERM, and waits for the end. */
  public void terminate() throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS)) {
      kill();
      throw new IOException("gantryd did not end within " + LONGEST_END + " of SIGTERM");
    }
  }

  /** Starts the daemon again on what the last one left. */
  public void startAgain() throws IOException, InterruptedException {
    if (process.isAlive()) {
      throw new IllegalStateException("gantryd is running");
    }
    process = launch();
    waitUntilReady();
  }

  @Override
  public void close() throws IOException {
    try {
      if (process.isAlive()) {
        terminate();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      client.close();
    }
    clear();
  }

  /** Takes away what a node keeps between its lives: bridge, table, cgroups. */
  private void clear() throws IOException {
    String name = name(directory);
    try {
      var _ = Command.run(List.of("ip", "link", "delete", name));
      var _ = Command.run(List.of("nft", "delete", "table", "inet", name));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    Path hierarchies = Path.of("/sys/fs/cgroup");
    Files.deleteIfExists(hierarchies.resolve(name));
    try (DirectoryStream<Path> found = Files.newDirectoryStream(hierarchies)) {
      for (Path hierarchy : found) {
        if (Files.isDirectory(hierarchy)) {
          Files.deleteIfExists(hierarchy.resolve(name));
        }
      }
    }
  }
}
