package io.gantry.conformance.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The rows of a report as cells of text, for every form that shows them. */
final class Table {

  private final Report report;

  Table(Report report) {
    this.report = report;
  }

  List<String> headings() {
    List<String> cells = new ArrayList<>(List.of("", "unit", report.name(), "p95"));
    if (report.hasPeer()) {
      cells.addAll(List.of(report.peerName(), "p95", "better by"));
    }
    cells.add("bars");
    return cells;
  }

  List<List<String>> rows() {
    return report.rows().stream().map(this::cells).toList();
  }

  private List<String> cells(Row row) {
    Topic topic = row.topic();
    List<String> cells = new ArrayList<>(List.of(topic.name(), topic.unit()));
    cells.add(Numbers.brief(row.figure().value()));
    cells.add(text(row.figure().high()));
    if (report.hasPeer()) {
      cells.add(row.peer().map(peer -> Numbers.brief(peer.value())).orElse(""));
      cells.add(row.peer().map(peer -> text(peer.high())).orElse(""));
      cells.add(times(row));
    }
    cells.add(row.bars());
    return cells;
  }

  private static String text(OptionalDouble number) {
    return number.isPresent() ? Numbers.brief(number.getAsDouble()) : "";
  }

  static String times(Row row) {
    OptionalDouble times = row.timesBetter();
    return times.isPresent() ? Numbers.times(times.getAsDouble()) : "";
  }
}
