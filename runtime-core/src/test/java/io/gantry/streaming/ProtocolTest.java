package io.gantry.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProtocolTest {

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }

  @Test
  void theFirstOfferThatIsKnownIsTaken() {
    assertThat(Protocol.spdy(List.of("v9.x", "v3.channel.k8s.io", "v4.channel.k8s.io")))
        .map(Protocol::name)
        .contains("v3.channel.k8s.io");
    assertThat(Protocol.webSocket(List.of("v5.channel.k8s.io", "v4.channel.k8s.io")))
        .map(Protocol::name)
        .contains("v5.channel.k8s.io");
  }

  @Test
  void whoOffersNothingSpeaksTheOldest() {
    assertThat(Protocol.spdy(List.of())).map(Protocol::name).contains("channel.k8s.io");
    assertThat(Protocol.webSocket(List.of())).map(Protocol::name).contains("channel.k8s.io");
    assertThat(Protocol.webSocket(List.of())).map(Protocol::base64).contains(false);
  }

  @Test
  void versionFiveIsOfWebSocketAlone() {
    assertThat(Protocol.spdy(List.of("v5.channel.k8s.io"))).isEqualTo(Optional.empty());
  }

  @Test
  void aStatusIsOneOfKubernetes() {
    assertThat(text(StatusForm.JSON.exited(0)))
        .isEqualTo("{\"metadata\":{},\"status\":\"Success\"}");
    assertThat(text(StatusForm.JSON.exited(7)))
        .isEqualTo(
            "{\"metadata\":{},\"status\":\"Failure\",\"message\":\"command terminated with exit"
                + " code 7\",\"reason\":\"NonZeroExitCode\",\"details\":{\"causes\":[{\"reason\":"
                + "\"ExitCode\",\"message\":\"7\"}]}}");
    assertThat(text(StatusForm.JSON.failed("no")))
        .isEqualTo(
            "{\"metadata\":{},\"status\":\"Failure\",\"message\":\"Internal error occurred: no\","
                + "\"reason\":\"InternalError\",\"details\":{\"causes\":[{\"message\":\"no\"}]},"
                + "\"code\":500}");
  }

  @Test
  void oldProtocolsHaveTextAndNothingWhereAllIsWell() {
    assertThat(text(StatusForm.TEXT.exited(0))).isEmpty();
    assertThat(text(StatusForm.TEXT.exited(3))).isEqualTo("command terminated with exit code 3");
  }
}
