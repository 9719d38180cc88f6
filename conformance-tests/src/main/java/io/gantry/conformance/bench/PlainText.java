package io.gantry.conformance.bench;

import java.util.List;
import java.util.stream.IntStream;

/** A report for a terminal. */
final class PlainText {

  private static final String GAP = "  ";

  private PlainText() {}

  static String of(Report report) {
    Table table = new Table(report);
    StringBuilder text = new StringBuilder();
    report.facts().forEach((name, fact) -> text.append("%-20s %s%n".formatted(name, fact)));
    text.append('\n');
    List<Integer> widths = widths(table);
    text.append(line(table.headings(), widths));
    table.rows().forEach(row -> text.append(line(row, widths)));
    text.append('\n').append(report.verdict()).append('\n');
    report.notes().forEach(note -> text.append("note: ").append(note).append('\n'));
    return text.toString();
  }

  private static List<Integer> widths(Table table) {
    List<String> headings = table.headings();
    return IntStream.range(0, headings.size())
        .mapToObj(column ->
            table.rows().stream()
                .map(row -> row.get(column).length())
                .reduce(headings.get(column).length(), Math::max))
        .toList();
  }

  /** Words to the left, numbers to the right. */
  private static String line(List<String> cells, List<Integer> widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < cells.size(); column++) {
      boolean words = column < 2 || column == cells.size() - 1;
      String padding = " ".repeat(widths.get(column) - cells.get(column).length());
      line.append(words ? cells.get(column) + padding : padding + cells.get(column)).append(GAP);
    }
    return line.toString().stripTrailing() + "\n";
  }
}
