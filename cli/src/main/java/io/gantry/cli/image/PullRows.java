package io.gantry.cli.image;

import io.gantry.api.gantry.v1.LayerState;
import io.gantry.api.gantry.v1.LayerState.Stage;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The layers of a pull as the daemon told of them last. */
final class PullRows {
  private final Map<Integer, LayerState> rows = new TreeMap<>();

  void take(List<LayerState> changed) {
    changed.forEach(state -> rows.put(state.getIndex(), state));
  }

  List<LayerState> all() {
    return List.copyOf(rows.values());
  }

  /** Those whose bytes come or are being unpacked. */
  List<LayerState> busy() {
    return rows.values().stream()
        .filter(row -> row.getStage() == Stage.DOWNLOADING || row.getStage() == Stage.FINISHING)
        .toList();
  }

  static boolean isHere(LayerState row) {
    return row.getStage() == Stage.DONE || row.getStage() == Stage.PRESENT;
  }

  /** Layers that are here. */
  long here() {
    return rows.values().stream().filter(PullRows::isHere).count();
  }

  /** Bytes to come in all, without those of layers that were here before. */
  long size() {
    return rows.values().stream()
        .filter(row -> row.getStage() != Stage.PRESENT)
        .mapToLong(LayerState::getSize)
        .sum();
  }

  /** Bytes that have come. */
  long bytes() {
    return rows.values().stream().mapToLong(LayerState::getBytes).sum();
  }
}
