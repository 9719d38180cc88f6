package io.gantry.streaming;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Port-forwards by plain WebSocket, of ports that PortForward has named. */
class WebSocketForwardTest {

  private static final StreamSettings SETTINGS =
      new StreamSettings("127.0.0.1", 0, Duration.ofMinutes(1), Duration.ofSeconds(20), null);
  private static final String V4 = "v4.channel.k8s.io";
  private static final String V5 = "v5.channel.k8s.io";

  private final PortsOfTest ports = new PortsOfTest();
  private final StreamServer server = new StreamServer(SETTINGS, ports);

  WebSocketForwardTest() throws IOException {}

  @AfterEach
  void close() throws IOException {
    server.close();
    ports.close();
  }

  private ChannelPeer peer(String protocol, Integer... numbers) {
    return ChannelPeer.connect(
        server.urlFor(new StreamRequest.Forward("p", List.of(numbers))), protocol);
  }

  @Test
  void eachStreamBeginsWithItsPortAndCarriesBytesBothWays() throws IOException {
    try (ChannelPeer peer = peer(V4, 0x1f90);
        Socket accepted = ports.accept()) {
      peer.send(0, "question");
      assertThat(accepted.getInputStream().readNBytes(8))
          .isEqualTo("question".getBytes(ISO_8859_1));
      accepted.getOutputStream().write("answer".getBytes(ISO_8859_1));

      assertThat(peer.await(0, 8)).isEqualTo("\u0090\u001fanswer");
      assertThat(peer.await(1, 2)).isEqualTo("\u0090\u001f");
      assertThat(peer.subprotocol()).isEqualTo(V4);
    }
  }

  @Test
  void bothDirectionsEndForThemselvesWhereTheProtocolCanTellIt() throws IOException {
    try (ChannelPeer peer = peer(V5, 80);
        Socket accepted = ports.accept()) {
      peer.send(0, "all");
      peer.end(0);
      assertThat(accepted.getInputStream().readAllBytes()).hasSize(3);
      accepted.getOutputStream().write("got it".getBytes(ISO_8859_1));
      accepted.shutdownOutput();

      assertThat(peer.toTheEnd(0)).endsWith("got it");
      peer.awaitClose();
    }
  }

  @Test
  void portsDoNotWaitForEachOther() throws IOException {
    try (ChannelPeer peer = peer(V5, 81, 80);
        Socket accepted = ports.accept()) {
      assertThat(peer.await(1, 20)).contains("error forwarding port 81 to pod p: nobody listens");
      accepted.getOutputStream().write('x');

      assertThat(peer.await(2, 3)).endsWith("x");
    }
  }

  @Test
  void aClientThatGoesEndsWhatWasForwarded() throws IOException {
    Socket accepted;
    try (ChannelPeer peer = peer(V4, 80)) {
      accepted = ports.accept();
      peer.await(0, 2);
    }
    try (accepted) {
      assertThat(accepted.getInputStream().read()).isEqualTo(-1);
    }
  }
}
