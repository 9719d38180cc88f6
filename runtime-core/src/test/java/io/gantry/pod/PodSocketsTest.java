package io.gantry.pod;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

class PodSocketsTest {

  private static final PodId POD = new PodId("a".repeat(64));
  private static final PodId OTHER = new PodId("b".repeat(64));

  private final PodSockets sockets = new PodSockets();

  @Test
  void theSocketsOfOnePodEndWithIt() throws IOException {
    try (SocketChannel first = SocketChannel.open();
        SocketChannel second = SocketChannel.open();
        SocketChannel another = SocketChannel.open()) {
      sockets.add(POD, first);
      sockets.add(POD, second);
      sockets.add(OTHER, another);

      sockets.close(POD);

      assertThat(first.isOpen()).isFalse();
      assertThat(second.isOpen()).isFalse();
      assertThat(another.isOpen()).isTrue();
      assertThat(sockets.count(POD)).isZero();
    }
  }

  @Test
  void thoseThatAreClosedAreForgotten() throws IOException {
    for (int i = 0; i < 1000; i++) {
      try (SocketChannel socket = SocketChannel.open()) {
        sockets.add(POD, socket);
      }
    }

    assertThat(sockets.count(POD)).isEqualTo(1);
  }
}
