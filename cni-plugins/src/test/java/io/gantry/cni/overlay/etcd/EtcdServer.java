package io.gantry.cni.overlay.etcd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A server of the machine's own etcd on loopback, which can be killed and started again. */
final class EtcdServer implements AutoCloseable {

  static final Path PROGRAM = Path.of("/usr/bin/etcd");

  private final Path data;
  private final int port;
  private final int peerPort;
  private Process process;

  EtcdServer(Path data) throws IOException {
    this.data = data;
    this.port = freePort();
    this.peerPort = freePort();
    this.process = launch();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  private Process launch() throws IOException {
    String peer = "http://127.0.0.1:" + peerPort;
    Process started =
        new ProcessBuilder(
                List.of(
                    PROGRAM.toString(),
                    "--data-dir=" + data.resolve("etcd"),
                    "--listen-client-urls=" + endpoint(),
                    "--advertise-client-urls=" + endpoint(),
                    "--listen-peer-urls=" + peer,
                    "--initial-advertise-peer-urls=" + peer,
                    "--initial-cluster=default=" + peer))
            .redirectErrorStream(true)
            .redirectOutput(Files.createDirectories(data).resolve("etcd.log").toFile())
            .start();
    Awaitility.await()
        .atMost(20, TimeUnit.SECONDS)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> {
          try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
          }
        });
    return started;
  }

  /** As a machine that loses its power. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  void restart() throws IOException {
    process = launch();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
