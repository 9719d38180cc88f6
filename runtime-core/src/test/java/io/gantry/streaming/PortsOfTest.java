package io.gantry.streaming;

import io.gantry.shim.ProcessStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/** A pod each of whose ports but 81 leads to one listener of the test. */
final class PortsOfTest implements StreamTargets, AutoCloseable {

  private final ServerSocket listener;

  PortsOfTest() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
    listener.setSoTimeout(20_000);
  }

  /** The next connection that was forwarded. */
  Socket accept() throws IOException {
    return listener.accept();
  }

  @Override
  public SocketChannel connect(String pod, int port, Consumer<SocketChannel> made)
      throws IOException {
    if (port == 81) {
      throw new IOException("nobody listens");
    }
    SocketChannel socket = SocketChannel.open();
    made.accept(socket);
    socket.connect(listener.getLocalSocketAddress());
    return socket;
  }

  @Override
  public ProcessStream exec(StreamRequest.Exec request) {
    throw new AssertionError("no exec");
  }

  @Override
  public ProcessStream attach(StreamRequest.Attach request) {
    throw new AssertionError("no attach");
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
