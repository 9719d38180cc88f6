package io.gantry.conformance.bench;

import java.util.Collections;
import java.util.List;

/** A report as a page of Markdown. */
final class Markdown {

  private Markdown() {}

  static String of(Report report) {
    Table table = new Table(report);
    StringBuilder page = new StringBuilder("# Measured\n\n");
    page.append("Made by `hack/bench`; [README.md](README.md) says how and what it means.\n\n");
    page.append(report.verdict()).append(".\n\n");
    if (report.hasPeer()) {
      page.append("![The main figures as bars](chart.svg)\n\n");
    }
    page.append(row(table.headings()));
    page.append(row(Collections.nCopies(table.headings().size(), "---")));
    table.rows().forEach(cells -> page.append(row(cells)));
    page.append("\n## What was measured\n\n| | |\n|---|---|\n");
    report.facts().forEach((name, fact) -> page.append(row(List.of(name, fact))));
    if (!report.notes().isEmpty()) {
      page.append("\n## Notes\n\n");
      report.notes().forEach(note -> page.append("- ").append(note).append('\n'));
    }
    return page.toString();
  }

  private static String row(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }
}
