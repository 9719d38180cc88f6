package io.gantry.pod;

import java.util.Map;
import java.util.Optional;

/**
 * Which pods a list shows (CRI PodSandboxFilter): all conditions must hold.
 *
 * @param id a full id or a beginning, or empty for any
 */
public record PodFilter(String id, Optional<Boolean> ready, Map<String, String> labels) {

  public static final PodFilter ALL = new PodFilter("", Optional.empty(), Map.of());

  public PodFilter {
    labels = Map.copyOf(labels);
  }

  public boolean accepts(Pod pod) {
    return pod.id().value().startsWith(id)
        && ready.map(wanted -> wanted == pod.ready()).orElse(true)
        && pod.spec().labels().entrySet().containsAll(labels.entrySet());
  }
}
