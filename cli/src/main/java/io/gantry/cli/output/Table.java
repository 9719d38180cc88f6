package io.gantry.cli.output;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Aligned columns under a heading, three spaces apart, nothing after the last. */
public final class Table {
  private static final int GAP = 3;

  private final List<List<String>> rows = new ArrayList<>();

  public Table(List<String> heading) {
    rows.add(List.copyOf(heading));
  }

  /** Adds a row. It must have as many cells as the heading. */
  public void row(List<String> cells) {
    if (cells.size() != rows.getFirst().size()) {
      throw new IllegalArgumentException("row of " + cells.size() + " cells: " + cells);
    }
    rows.add(List.copyOf(cells));
  }

  public void print(PrintStream out) {
    var widths = widths();
    for (var row : rows) {
      out.println(line(row, widths));
    }
  }

  private int[] widths() {
    var widths = new int[rows.getFirst().size()];
    for (var row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], length(row.get(i)));
      }
    }
    return widths;
  }

  private static String line(List<String> row, int[] widths) {
    var line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      line.append(row.get(i));
      if (i < widths.length - 1) {
        line.repeat(' ', widths[i] - length(row.get(i)) + GAP);
      }
    }
    return line.toString().stripTrailing();
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
