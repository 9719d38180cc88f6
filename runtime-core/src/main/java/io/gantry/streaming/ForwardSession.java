package io.gantry.streaming;

import io.gantry.error.GantryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One forwarded connection: relays between a pair of streams and a socket in the pod's network,
 * each direction to its own end. Runs on a virtual thread, with one more for what the client sends.
 */
final class ForwardSession {

  private static final Logger LOG = LoggerFactory.getLogger(ForwardSession.class);

  private static final int PIECE = 32 << 10;

  private final StreamTargets targets;
  private final String pod;
  private final int port;
  private final Line line;
  private final Inlet input;
  private final Outlet data;
  private final Outlet error;

  /**
   * @param input of the data stream
   */
  ForwardSession(
      StreamTargets targets,
      String pod,
      int port,
      Line line,
      Inlet input,
      Outlet data,
      Outlet error) {
    this.targets = targets;
    this.pod = pod;
    this.port = port;
    this.line = line;
    this.input = input;
    this.data = data;
    this.error = error;
  }

  /** The connection that is made, or being made; closed with the line. */
  private static final class Call {

    private @Nullable SocketChannel socket;
    private boolean over;

    synchronized void use(SocketChannel next) {
      socket = next;
      if (over) {
        hangUp(next);
      }
    }

    synchronized void close() {
      over = true;
      if (socket != null) {
        hangUp(socket);
      }
    }

    private static void hangUp(SocketChannel socket) {
      try {
        socket.close();
      } catch (IOException e) {
        LOG.warn("closing a forwarded connection failed: {}", e.toString());
      }
    }
  }

  /** Returns when both directions have ended. */
  void run() {
    Call call = new Call();
    Line.Belonging belonging = call::close;
    line.own(belonging);
    try {
      serve(call);
      data.end();
      error.end();
    } catch (IOException e) {
      LOG.debug("port {} of pod {}: ended without its client: {}", port, pod, e.getMessage());
    } finally {
      line.disown(belonging);
      call.close();
      input.abandon();
    }
  }

  private void serve(Call call) throws IOException {
    try {
      SocketChannel socket = connected(call);
      if (socket != null) {
        relay(socket);
      }
    } catch (RuntimeException e) {
      LOG.warn("port {} of pod {}: forwarding failed", port, pod, e);
      complain(e.toString());
    }
  }

  /** Null when that failed, which the client has been told. */
  private @Nullable SocketChannel connected(Call call) throws IOException {
    try {
      return targets.connect(pod, port, call::use);
    } catch (GantryException e) {
      complain(e.advice());
    } catch (IOException e) {
      complain(String.valueOf(e.getMessage()));
    }
    return null;
  }

  private void complain(String why) throws IOException {
    String text = "error forwarding port %d to pod %s: %s".formatted(port, pod, why);
    error.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private void relay(SocketChannel socket) throws IOException {
    Thread sending =
        Thread.ofVirtual().name("portforward " + port + " in").start(() -> send(socket));
    try {
      if (receive(socket)) {
        // Until the client has ended its direction, too; closing the line ends it for him.
        sending.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void send(SocketChannel socket) {
    try {
      for (ByteBuffer bytes = input.take(); bytes != null; bytes = input.take()) {
        while (bytes.hasRemaining()) {
          socket.write(bytes);
        }
      }
      if (input.wasCut()) {
        // The client has gone rather than finished: so does its connection.
        socket.close();
      } else {
        socket.shutdownOutput();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // The other side has closed; who receives from it tells.
      LOG.debug("port {} of pod {}: no more input: {}", port, pod, e.getMessage());
    } finally {
      input.abandon();
    }
  }

  /**
   * A connection that breaks off breaks off its stream of data and is no error of forwarding:
   * kubectl ends all its forwards when it reads one (kubernetes/kubernetes#111825).
   *
   * @return whether the other side has ended in order
   */
  private boolean receive(SocketChannel socket) throws IOException {
    try {
      while (true) {
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        if (socket.read(piece) < 0) {
          data.end();
          return true;
        }
        data.write(piece.flip());
      }
    } catch (IOException e) {
      LOG.debug("port {} of pod {}: broken off: {}", port, pod, e.toString());
      data.abort();
      return false;
    }
  }
}
