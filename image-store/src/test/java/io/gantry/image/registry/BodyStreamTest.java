package io.gantry.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BodyStreamTest {

  private static final Executor LATER =
      CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS);

  private static TransferLimits limits(Duration stall) {
    return new TransferLimits(stall, stall, stall, 1024, 1, 1, 1);
  }

  /** A sender that brings one piece after the other, each a while after it was asked for. */
  private static BodyStream endless(int piece, Duration stallTimeout) {
    BodyStream body = new BodyStream(limits(stallTimeout));
    body.onSubscribe(
        new Flow.Subscription() {
          @Override
          public void request(long n) {
            LATER.execute(() -> body.onNext(List.of(ByteBuffer.allocate(piece))));
          }

          @Override
          public void cancel() {
            // Nothing is under way that would have to stop.
          }
        });
    return body;
  }

  @Test
  void a_body_that_only_drips_is_given_up() {
    try (BodyStream body = endless(1, Duration.ofMillis(300))) {
      assertThatThrownBy(() -> body.readNBytes(10_000))
          .isInstanceOf(HttpTimeoutException.class)
          .hasMessageContaining("nothing but");
    }
  }

  @Test
  void a_body_that_flows_is_not() throws Exception {
    try (BodyStream body = endless(16 << 10, Duration.ofMillis(300))) {
      assertThat(body.readNBytes(512 << 10)).hasSize(512 << 10);
    }
  }
}
