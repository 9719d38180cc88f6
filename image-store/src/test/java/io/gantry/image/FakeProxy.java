package io.gantry.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP proxy on loopback. Whatever host it is asked for, it goes to one and the same port. */
public final class FakeProxy implements AutoCloseable {

  /** First line and headers of each connection's first request. */
  public final List<String> heads = Collections.synchronizedList(new ArrayList<>());

  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final int target;
  private volatile String refusal = "";

  /**
   * @param target port on loopback
   */
  public FakeProxy(int target) throws IOException {
    this.target = target;
    threads.execute(this::accept);
  }

  public String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** From now on every request is answered with this, such as {@code 407 Who are you}. */
  public void refuse(String status) {
    refusal = status;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        threads.execute(() -> serve(client));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket client) {
    try (client) {
      String head = head(client.getInputStream());
      heads.add(head);
      OutputStream out = client.getOutputStream();
      if (!refusal.isEmpty()) {
        write(out, "HTTP/1.1 " + refusal + "\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      try (Socket there = new Socket(InetAddress.getLoopbackAddress(), target)) {
        if (head.startsWith("CONNECT ")) {
          write(out, "HTTP/1.1 200 Go ahead\r\n\r\n");
        } else {
          write(there.getOutputStream(), head);
        }
        threads.execute(() -> pump(client, there));
        there.getInputStream().transferTo(out);
      }
    } catch (IOException e) {
      // Either side hung up.
    }
  }

  private static void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // Either side hung up.
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int c = in.read();
      if (c < 0) {
        throw new IOException("no whole request");
      }
      head.append((char) c);
    }
    return head.toString();
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.shutdownNow();
  }
}
