package io.gantry.nri;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Cuts what a program prints into lines for a log: never long ones, nor any that move a cursor. */
final class OutputLines {

  static final int LONGEST = 1000;

  private final Consumer<String> lines;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  OutputLines(Consumer<String> lines) {
    this.lines = lines;
  }

  /** Reads until the other side is closed. */
  void read(InputStream stream) throws IOException {
    try (InputStream bytes = new BufferedInputStream(stream)) {
      for (int next = bytes.read(); next >= 0; next = bytes.read()) {
        if (next == '\n') {
          end();
        } else if (line.size() < LONGEST) {
          line.write(next);
        }
      }
      end();
    }
  }

  private void end() {
    String text = line.toString(StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}+", " ").strip();
    line.reset();
    if (!text.isEmpty()) {
      lines.accept(text);
    }
  }
}
