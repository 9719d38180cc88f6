package io.gantry.conformance.bench;

import java.util.List;
import java.util.Map;

/**
 * All that one run has found out.
 *
 * @param names of the runtime that is looked at, and of its peer where there is one
 * @param facts what has to be known to make sense of the figures
 * @param notes why figures are not there, and what else is to be known
 */
record Report(List<String> names, Map<String, String> facts, List<Row> rows, List<String> notes) {

  Report {
    names = List.copyOf(names);
    rows = List.copyOf(rows);
    notes = List.copyOf(notes);
  }

  boolean hasPeer() {
    return names.size() > 1;
  }

  String name() {
    return names.getFirst();
  }

  String peerName() {
    return names.getLast();
  }

  /** How many of the bars that can be judged are reached, in words. */
  String verdict() {
    List<Boolean> judged = rows.stream().flatMap(row -> row.judged().stream()).toList();
    long reached = judged.stream().filter(yes -> yes).count();
    return "%d of %d bars reached".formatted(reached, judged.size());
  }
}
