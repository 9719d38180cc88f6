package io.gantry.rpc;

import io.gantry.api.gantry.v1.LayerState;
import io.gantry.image.progress.LayerProgress;
import io.gantry.image.progress.Progress;
import java.util.ArrayList;
import java.util.List;

/** What one client has been told of the layers of some work. One thread. */
final class LayerStates {

  private final Progress progress;
  private final List<LayerState> told = new ArrayList<>();

  LayerStates(Progress progress) {
    this.progress = progress;
  }

  /** What it has not been told yet. */
  List<LayerState> changes() {
    List<LayerState> changes = new ArrayList<>();
    List<LayerProgress> layers = progress.layers();
    for (int i = 0; i < layers.size(); i++) {
      LayerState now = state(i, layers.get(i));
      if (i == told.size()) {
        told.add(now);
        changes.add(now);
      } else if (!told.get(i).equals(now)) {
        told.set(i, now);
        changes.add(now);
      }
    }
    return changes;
  }

  private static LayerState state(int index, LayerProgress layer) {
    return LayerState.newBuilder()
        .setIndex(index)
        .setDigest(layer.name())
        .setSize(layer.size())
        .setBytes(layer.bytes())
        .setStage(
            switch (layer.stage()) {
              case WAITING -> LayerState.Stage.WAITING;
              case DOWNLOADING -> LayerState.Stage.DOWNLOADING;
              case FINISHING -> LayerState.Stage.FINISHING;
              case DONE -> LayerState.Stage.DONE;
              case PRESENT -> LayerState.Stage.PRESENT;
              case PACKING -> LayerState.Stage.PACKING;
              case SENDING -> LayerState.Stage.SENDING;
            })
        .build();
  }
}
