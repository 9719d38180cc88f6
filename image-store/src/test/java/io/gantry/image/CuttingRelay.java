package io.gantry.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Passes connections on to a port of loopback, and cuts one in the middle of what a client sends.
 */
final class CuttingRelay implements AutoCloseable {

  private final ServerSocket server;
  private final int target;
  private final AtomicLong left;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * @param host whom it passes on to, as host and port
   * @param bytes from clients, of all connections together, after which it cuts, once
   */
  CuttingRelay(String host, long bytes) throws IOException {
    this.target = Integer.parseInt(host.substring(host.indexOf(':') + 1));
    this.left = new AtomicLong(bytes);
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    var _ = threads.submit(this::accept);
  }

  String host() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** Whether it has cut. */
  boolean hasCut() {
    return left.get() <= 0;
  }

  private Void accept() throws IOException {
    while (true) {
      Socket client = server.accept();
      Socket behind = new Socket(InetAddress.getLoopbackAddress(), target);
      var _ = threads.submit(() -> pass(client, behind, true));
      var _ = threads.submit(() -> pass(behind, client, false));
    }
  }

  private Void pass(Socket from, Socket to, boolean counted) throws IOException {
    byte[] buffer = new byte[8192];
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        if (counted && left.get() > 0 && left.addAndGet(-n) <= 0) {
          return null;
        }
      }
    }
    return null;
  }

  @Override
  public void close() throws IOException {
    server.close();
    threads.shutdownNow();
  }
}
