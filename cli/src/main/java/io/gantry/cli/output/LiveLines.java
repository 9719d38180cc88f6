package io.gantry.cli.output;

import java.io.PrintStream;
import java.util.List;

/** Lines at the end of a terminal that are drawn again and again. One thread. */
public final class LiveLines {
  private static final String ERASE_BELOW = "\r\u001b[J";
  private static final int BAR = 30;

  private final PrintStream out;
  private int drawn;

  public LiveLines(PrintStream out) {
    this.out = out;
  }

  /** Draws lines in place of those drawn before; each must fit into the terminal's width. */
  public void show(List<String> lines) {
    erase();
    lines.forEach(out::println);
    drawn = lines.size();
    out.flush();
  }

  /** Takes away what was drawn. */
  public void clear() {
    erase();
    drawn = 0;
    out.flush();
  }

  private void erase() {
    if (drawn > 0) {
      out.print("\u001b[%dA".formatted(drawn) + ERASE_BELOW);
    }
  }

  /**
   * One line of at most 79 columns: a label, a bar, and a text.
   *
   * @param done of {@code all}; a bar of nothing is full
   */
  public static String bar(String label, long done, long all, String text) {
    int full = all <= 0 ? BAR : (int) Math.clamp(done * (double) BAR / all, 0, BAR);
    var tip = full < BAR ? ">" + " ".repeat(BAR - full - 1) : "";
    return "%-14s [%s%s] %s".formatted(label, "=".repeat(full), tip, text);
  }
}
