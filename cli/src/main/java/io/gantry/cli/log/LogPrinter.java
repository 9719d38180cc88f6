package io.gantry.cli.log;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/** Takes a CRI log apart: what a container wrote to which stream, in order. For one thread. */
public final class LogPrinter {
  private final PrintStream out;
  private final PrintStream err;
  private final LogView view;
  private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
  private boolean outMidLine;
  private boolean errMidLine;
  private boolean newEnough;
  private long written;

  public LogPrinter(PrintStream out, PrintStream err, LogView view) {
    this.out = out;
    this.err = err;
    this.view = view;
    this.newEnough = view.since().equals(Instant.MIN);
  }

  /** Takes the next bytes of the file. They may end anywhere. */
  void accept(byte[] bytes, int length) {
    int start = 0;
    for (int i = 0; i < length; i++) {
      if (bytes[i] == '\n') {
        finish(bytes, start, i);
        start = i + 1;
      }
    }
    begun.write(bytes, start, length - start);
  }

  /** Whether the limit of the view is reached. */
  boolean full() {
    return written >= view.limit();
  }

  private void finish(byte[] bytes, int from, int to) {
    if (begun.size() == 0) {
      line(bytes, from, to);
      return;
    }
    begun.write(bytes, from, to - from);
    var whole = begun.toByteArray();
    begun.reset();
    line(whole, 0, whole.length);
  }

  private void line(byte[] line, int from, int to) {
    int stream = after(line, from, to);
    int tag = after(line, stream, to);
    int text = after(line, tag, to);
    if (stream < 0 || tag < 0 || text < 0) {
      // Not in the format: better shown as it is than lost.
      write(out, line, from, to);
      end(out);
      return;
    }
    if (wanted(line, from, stream - 1)) {
      print(line, new Parts(from, stream, tag, text, to));
    }
  }

  /** Where the parts of a line begin. */
  private record Parts(int time, int stream, int tag, int text, int end) {}

  private void print(byte[] line, Parts parts) {
    boolean toErr = line[parts.stream + "std".length()] == 'e';
    var target = toErr ? err : out;
    if (view.timestamps() && !(toErr ? errMidLine : outMidLine)) {
      write(target, line, parts.time, parts.stream);
    }
    write(target, line, parts.text, parts.end);
    boolean partial = line[parts.tag] == 'P';
    if (!partial) {
      end(target);
    }
    if (toErr) {
      errMidLine = partial;
    } else {
      outMidLine = partial;
    }
  }

  private void write(PrintStream target, byte[] bytes, int from, int to) {
    int length = (int) Math.min(to - from, view.limit() - written);
    target.write(bytes, from, Math.max(length, 0));
    written += length;
  }

  private void end(PrintStream target) {
    if (!full()) {
      target.write('\n');
      written++;
    }
  }

  /** Times only grow, so that one line that is new enough settles it for all that follow. */
  private boolean wanted(byte[] line, int from, int to) {
    if (!newEnough) {
      newEnough = !time(line, from, to).isBefore(view.since());
    }
    return newEnough;
  }

  private static Instant time(byte[] line, int from, int to) {
    try {
      return OffsetDateTime.parse(new String(line, from, to - from, StandardCharsets.US_ASCII))
          .toInstant();
    } catch (DateTimeException e) {
      // A line without a time cannot be judged: show it.
      return Instant.MAX;
    }
  }

  /** The place after the next space, or -1. */
  private static int after(byte[] line, int from, int to) {
    if (from < 0) {
      return -1;
    }
    for (int i = from; i < to; i++) {
      if (line[i] == ' ') {
        return i + 1;
      }
    }
    return -1;
  }
}
