package io.gantry.nri.wire;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

class TrunkTest {

  @Test
  void whatWaitsForAPluginThatDoesNotReadIsBoundInBytesToo() throws Exception {
    try (SocketChannel nobodyWrites = SocketChannel.open()) {
      Trunk trunk = new Trunk(nobodyWrites);
      byte[] message = new byte[4_000_000];
      for (int i = 0; i < Trunk.MOST_WAITING_BYTES / message.length; i++) {
        trunk.send(Trunk.RUNTIME, message);
      }

      assertThatThrownBy(() -> trunk.send(Trunk.RUNTIME, message))
          .hasMessage("more than 16777216 bytes wait, because the other side does not read");
    }
  }
}
