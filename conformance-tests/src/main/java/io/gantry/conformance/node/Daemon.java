package io.gantry.conformance.node;

import io.gantry.api.cri.v1.VersionRequest;
import io.gantry.conformance.cri.CriClient;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The process of a CRI runtime and a client of it. Not for use by several threads. */
final class Daemon {

  private static final Duration LONGEST_START = Duration.ofSeconds(60);
  private static final Duration LONGEST_END = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(2);

  private final List<String> command;
  private final Path socket;
  private final Path log;
  private final CriClient client;
  private Process process;

  private Daemon(List<String> before, List<String> command, Path socket, Path log)
      throws IOException {
    this.command = List.copyOf(command);
    this.socket = socket;
    this.log = log;
    this.client = CriClient.of(socket.toString());
    this.process = launch(before);
  }

  /** Starts a daemon and returns when it answers; one that does not come up is ended. */
  static Daemon start(List<String> command, Path socket, Path log)
      throws IOException, InterruptedException {
    return start(List.of(), command, socket, log);
  }

  /**
   * Starts a daemon through another program, such as {@code unshare -m}.
   *
   * @param before words before the command; the program they name must become the daemon
   */
  static Daemon start(List<String> before, List<String> command, Path socket, Path log)
      throws IOException, InterruptedException {
    Daemon daemon = new Daemon(before, command, socket, log);
    try {
      daemon.waitUntilReady();
    } catch (IOException | InterruptedException failure) {
      daemon.kill();
      daemon.client.close();
      throw failure;
    }
    return daemon;
  }

  private Process launch(List<String> before) throws IOException {
    List<String> words = new ArrayList<>(before);
    words.addAll(command);
    return new ProcessBuilder(words)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  private void waitUntilReady() throws IOException, InterruptedException {
    long end = System.nanoTime() + LONGEST_START.toNanos();
    while (!listens() || !answers()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new IOException(
            "%s did not come up: %s; its log says:%n%s"
                .formatted(command.getFirst(), process, Files.readString(log)));
      }
      Thread.sleep(PAUSE);
    }
  }

  private boolean listens() {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException notYet) {
      return false;
    }
  }

  /** A runtime may listen before it is willing to answer. */
  private boolean answers() {
    client.reconnect();
    try {
      var _ = client.runtime().withWaitForReady().version(VersionRequest.getDefaultInstance());
      return true;
    } catch (StatusRuntimeException notYet) {
      return false;
    }
  }

  CriClient client() {
    return client;
  }

  long pid() {
    return process.pid();
  }

  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  void terminate() throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS)) {
      kill();
      throw new IOException(
          command.getFirst() + " did not end within " + LONGEST_END + " of SIGTERM");
    }
  }

  void startAgain() throws IOException, InterruptedException {
    startAgain(List.of());
  }

  void startAgain(List<String> before) throws IOException, InterruptedException {
    if (process.isAlive()) {
      throw new IllegalStateException(command.getFirst() + " is running");
    }
    process = launch(before);
    waitUntilReady();
  }

  /** Starts the daemon again unless it answers, for a caller that does not know what befell it. */
  void revive() throws IOException, InterruptedException {
    if (!listens() || !answers()) {
      kill();
      startAgain();
    }
  }

  /** Ends the process, if it is there, and the client. */
  void close() throws IOException {
    try {
      if (process.isAlive()) {
        terminate();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      client.close();
    }
  }
}
