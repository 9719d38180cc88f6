package io.gantry.conformance.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Collects the figures of one runtime, or of two in any order. Not for use by several threads. */
final class Results {

  private final String first;
  private final Map<String, Figure> figures = new LinkedHashMap<>();
  private final Map<String, Figure> ofPeer = new HashMap<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * An empty collection.
   *
   * @param first the name of the runtime that is looked at; any other is its peer
   */
  Results(String first) {
    this.first = first;
  }

  void add(Subject subject, Figure figure) {
    (subject.name().equals(first) ? figures : ofPeer).put(figure.topic().name(), figure);
  }

  /** Something to know when reading the figures, such as why one is not there. */
  void note(String text) {
    notes.add(text);
  }

  List<Row> rows() {
    return figures.values().stream()
        .map(figure -> new Row(figure, Optional.ofNullable(ofPeer.get(figure.topic().name()))))
        .toList();
  }

  List<String> notes() {
    return List.copyOf(notes);
  }
}
