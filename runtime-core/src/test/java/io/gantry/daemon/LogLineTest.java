package io.gantry.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

/** How an event looks in the log. */
class LogLineTest {

  @Test
  void anEventIsOneLineOfTimeLevelTextAndPairs() {
    LoggingEvent event = event(Level.INFO, "pod is {}", "ready");
    event.addKeyValuePair(new KeyValuePair("pod", "abc"));
    event.addKeyValuePair(new KeyValuePair("why", "two words\nand \"more\""));
    event.addKeyValuePair(new KeyValuePair("empty", ""));

    assertThat(new LogLine().doLayout(event))
        .isEqualTo(
            "2023-11-14T22:13:20.123Z INFO  pod is ready pod=abc"
                + " why=\"two words\\nand \\\"more\\\"\" empty=\"\"\n");
  }

  @Test
  void aFailureStaysInItsLineWithCausesAndFrames() {
    LoggingEvent event = event(Level.ERROR, "rpc failed");
    IOException failure = new IOException("outer", new IllegalStateException("in\nner"));
    failure.addSuppressed(new IOException("cleanup"));
    event.setThrowableProxy(new ch.qos.logback.classic.spi.ThrowableProxy(failure));
    String line = new LogLine().doLayout(event);

    assertThat(line.strip().lines()).hasSize(1);
    assertThat(line)
        .contains(
            "java.io.IOException: outer <- java.lang.IllegalStateException: in\\nner (and: cleanup)")
        .contains("stack=\"io.gantry.daemon.LogLineTest.");
  }

  private static LoggingEvent event(Level level, String text, Object... arguments) {
    LoggerContext context = new LoggerContext();
    LoggingEvent event =
        new LoggingEvent("", context.getLogger("test"), level, text, null, arguments);
    event.setInstant(Instant.ofEpochMilli(1_700_000_000_123L));
    return event;
  }
}
