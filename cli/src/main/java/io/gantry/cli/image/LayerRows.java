package io.gantry.cli.image;

import io.gantry.api.gantry.v1.LayerState;
import io.gantry.api.gantry.v1.LayerState.Stage;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The layers of some work as the daemon told of them last. */
final class LayerRows {
  private final Map<Integer, LayerState> rows = new TreeMap<>();

  void take(List<LayerState> changed) {
    changed.forEach(state -> rows.put(state.getIndex(), state));
  }

  List<LayerState> all() {
    return List.copyOf(rows.values());
  }

  /** Those to which something is being done. */
  List<LayerState> busy() {
    return rows.values().stream()
        .filter(row -> !isThrough(row) && row.getStage() != Stage.WAITING)
        .toList();
  }

  /** Whether it is where it was to go. */
  static boolean isThrough(LayerState row) {
    return row.getStage() == Stage.DONE || row.getStage() == Stage.PRESENT;
  }

  /** Layers that are where they were to go. */
  long through() {
    return rows.values().stream().filter(LayerRows::isThrough).count();
  }

  /** Bytes to come or go in all, without those of layers that were there before. */
  long size() {
    return rows.values().stream()
        .filter(row -> row.getStage() != Stage.PRESENT)
        .mapToLong(LayerState::getSize)
        .sum();
  }

  /** Bytes that have come or gone. */
  long bytes() {
    return rows.values().stream().mapToLong(LayerState::getBytes).sum();
  }
}
