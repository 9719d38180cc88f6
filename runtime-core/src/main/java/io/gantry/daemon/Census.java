package io.gantry.daemon;

import io.gantry.container.Container;
import io.gantry.container.ContainerState;
import io.gantry.container.PublicState;
import io.gantry.metrics.LifeMetrics;
import io.gantry.pod.Pod;
import io.gantry.state.Table;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts pods and containers from their records, when somebody looks. */
record Census(Table<Pod> pods, Table<Container> containers, LifeMetrics numbers) {

  private static final String OUT_OF_MEMORY = "OOMKilled";

  void begin() {
    containers.watch(this::changed);
    numbers.census(this::podsByState, this::containersByState, this::shims);
  }

  private void changed(@Nullable Container before, @Nullable Container after) {
    if (before != null
        && after != null
        && !(before.state() instanceof ContainerState.Exited)
        && after.state() instanceof ContainerState.Exited exited
        && exited.reason().equals(OUT_OF_MEMORY)) {
      numbers.outOfMemory();
    }
  }

  private Map<String, Integer> podsByState() {
    int ready = 0;
    int others = 0;
    for (Pod pod : pods.values()) {
      if (pod.ready()) {
        ready++;
      } else {
        others++;
      }
    }
    return new TreeMap<>(Map.of("ready", ready, "not_ready", others));
  }

  private Map<String, Integer> containersByState() {
    Map<PublicState, Integer> counts = new EnumMap<>(PublicState.class);
    for (PublicState state : PublicState.values()) {
      counts.put(state, 0);
    }
    containers
        .values()
        .forEach(each -> counts.merge(PublicState.of(each.state()), 1, Integer::sum));
    Map<String, Integer> named = new TreeMap<>();
    counts.forEach((state, count) -> named.put(state.name().toLowerCase(Locale.ROOT), count));
    return named;
  }

  /** One for each container that runs or starts, and one for each pod that has a holder. */
  private int shims() {
    long supervising =
        containers.values().stream()
            .map(Container::state)
            .filter(state ->
                state instanceof ContainerState.Running || state instanceof ContainerState.Starting)
            .count();
    long holding = pods.values().stream().filter(pod -> pod.holder() != null).count();
    return (int) (supervising + holding);
  }
}
