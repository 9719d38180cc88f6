package io.gantry.conformance.harness;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Takes the lines {@code 1}, {@code 2}, {@code 3}… and fails at the first that is missing, doubled
 * or torn.
 */
public final class CountingLines extends OutputStream {

  private long lines;
  private long number;
  private int digits;

  @Override
  public void write(int b) throws IOException {
    if (b == '\n') {
      end();
    } else if (b >= '0' && b <= '9' && digits < 18) {
      number = number * 10 + b - '0';
      digits++;
    } else {
      throw new IOException("byte " + b + " after line " + lines);
    }
  }

  private void end() throws IOException {
    if (digits == 0 || number != lines + 1) {
      throw new IOException(
          "line " + (digits == 0 ? "without a number" : number) + " after line " + lines);
    }
    lines = number;
    number = 0;
    digits = 0;
  }

  /** How many lines came, all of them whole. */
  public long lines() {
    if (digits > 0) {
      throw new IllegalStateException("the last line has no end: " + number);
    }
    return lines;
  }
}
