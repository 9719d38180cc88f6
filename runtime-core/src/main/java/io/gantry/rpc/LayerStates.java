package io.gantry.rpc;

import io.gantry.api.gantry.v1.LayerState;
import io.gantry.api.gantry.v1.PullImageResponse;
import io.gantry.image.progress.LayerProgress;
import io.gantry.image.progress.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What one client has been told of a pull's layers. One thread. */
final class LayerStates {

  private final Progress progress;
  private final List<LayerState> told = new ArrayList<>();

  LayerStates(Progress progress) {
    this.progress = progress;
  }

  /** What it has not been told yet, if there is anything. */
  Optional<PullImageResponse> changes() {
    PullImageResponse.Builder changes = PullImageResponse.newBuilder();
    List<LayerProgress> layers = progress.layers();
    for (int i = 0; i < layers.size(); i++) {
      LayerState now = state(i, layers.get(i));
      if (i == told.size()) {
        told.add(now);
        changes.addLayers(now);
      } else if (!told.get(i).equals(now)) {
        told.set(i, now);
        changes.addLayers(now);
      }
    }
    return changes.getLayersCount() == 0 ? Optional.empty() : Optional.of(changes.build());
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
            })
        .build();
  }
}
