package io.gantry.daemon;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.LayoutBase;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import org.slf4j.event.KeyValuePair;

/**
 * One event in one line: time, level, message, then {@code key=value}. A stack becomes the last
 * value, its frames in a row, so that whoever searches the log by an id finds it in the same line.
 */
final class LogLine extends LayoutBase<ILoggingEvent> {

  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private static final int MOST_FRAMES = 40;
  private static final int MOST_CAUSES = 5;

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(160);
    TIME.formatTo(event.getInstant(), line);
    line.append(' ').append(event.getLevel());
    if (event.getLevel().levelStr.length() < 5) {
      line.append(' ');
    }
    line.append(' ').append(oneLine(event.getFormattedMessage()));
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      pairs.forEach(pair -> append(line, pair.key, String.valueOf(pair.value)));
    }
    if (event.getThrowableProxy() != null) {
      append(line, "error", chain(event.getThrowableProxy()));
      append(line, "stack", stack(event.getThrowableProxy()));
    }
    return line.append('\n').toString();
  }

  private static void append(StringBuilder line, String key, String value) {
    line.append(' ').append(key).append('=');
    boolean plain =
        !value.isEmpty() && value.chars().allMatch(c -> c > ' ' && c != '"' && c != '=');
    line.append(plain ? value : '"' + oneLine(value).replace("\"", "\\\"") + '"');
  }

  private static String oneLine(String text) {
    return text.indexOf('\n') < 0 && text.indexOf('\r') < 0
        ? text
        : text.replace("\r", "\\r").replace("\n", "\\n");
  }

  private static String chain(IThrowableProxy failure) {
    StringBuilder text = new StringBuilder();
    IThrowableProxy next = failure;
    for (int i = 0; next != null && i < MOST_CAUSES; i++) {
      text.append(i == 0 ? "" : " <- ").append(next.getClassName());
      text.append(next.getMessage() == null ? "" : ": " + next.getMessage());
      next = next.getCause();
    }
    for (IThrowableProxy suppressed : failure.getSuppressed()) {
      text.append(" (and: ").append(suppressed.getMessage()).append(')');
    }
    return text.toString();
  }

  /** Frames of the innermost cause: that is where it happened. */
  private static String stack(IThrowableProxy failure) {
    IThrowableProxy innermost = failure;
    for (int i = 0; innermost.getCause() != null && i < MOST_CAUSES; i++) {
      innermost = innermost.getCause();
    }
    StringBuilder text = new StringBuilder();
    StackTraceElementProxy[] frames = innermost.getStackTraceElementProxyArray();
    for (int i = 0; i < Math.min(frames.length, MOST_FRAMES); i++) {
      text.append(i == 0 ? "" : " | ").append(frames[i].getStackTraceElement());
    }
    return text.toString();
  }
}
