package io.gantry.cli.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gantry.api.cri.v1.PortForwardRequest;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Session;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;

/** One connection to a port of a pod, each with a stream of its own. */
record Forwarding(Session session, String pod, int port) {
  private static final int DATA = 0;
  private static final int ERROR = 1;

  /** Both streams begin with their port's number. */
  private static final int GREETING = 2;

  private static final int BUFFER = 32 * 1024;

  void serve(Socket client) {
    try (client;
        var stream = ChannelSocket.connect(url())) {
      client.setTcpNoDelay(true);
      Thread.ofVirtual().start(() -> send(client, stream));
      receive(client, stream);
    } catch (IOException | StatusRuntimeException | CliException e) {
      session.console().complain("port " + port + ": " + session.explain(e));
    }
  }

  private String url() {
    var request = PortForwardRequest.newBuilder().setPodSandboxId(pod).addPort(port).build();
    return session.connection().runtime().portForward(request).getUrl();
  }

  private static void send(Socket client, ChannelSocket stream) {
    var buffer = new byte[BUFFER];
    try {
      var in = client.getInputStream();
      for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
        stream.send(DATA, buffer, got);
      }
      stream.end(DATA);
    } catch (IOException e) {
      // One of both has gone; the thread that receives tells or ends.
      return;
    }
  }

  private void receive(Socket client, ChannelSocket stream) throws IOException {
    var complaint = new ByteArrayOutputStream();
    var greeting = new int[] {GREETING, GREETING};
    for (var piece = stream.next(); piece != null; piece = stream.next()) {
      var bytes = piece.bytes();
      switch (piece.channel()) {
        case DATA, ERROR -> {
          int skipped = Math.min(greeting[piece.channel()], bytes.length);
          greeting[piece.channel()] -= skipped;
          if (piece.channel() == ERROR) {
            complaint.write(bytes, skipped, bytes.length - skipped);
          } else {
            client.getOutputStream().write(bytes, skipped, bytes.length - skipped);
          }
        }
        case ChannelSocket.CLOSE -> {
          if (bytes.length == 1 && bytes[0] == DATA) {
            client.shutdownOutput();
          }
        }
        default -> {
          // Nothing else is sent to clients.
        }
      }
    }
    if (complaint.size() > 0) {
      session.console().complain(complaint.toString(UTF_8));
    }
  }
}
