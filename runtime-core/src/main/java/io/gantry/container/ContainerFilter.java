package io.gantry.container;

import java.util.Map;
import java.util.Optional;

/**
 * Which containers a list shows (CRI ContainerFilter): all conditions must hold.
 *
 * @param id a full id or a beginning, or empty for any
 * @param pod a full id or a beginning, or empty for any
 */
public record ContainerFilter(
    String id, String pod, Optional<PublicState> state, Map<String, String> labels) {

  public static final ContainerFilter ALL = new ContainerFilter("", "", Optional.empty(), Map.of());

  public ContainerFilter {
    labels = Map.copyOf(labels);
  }

  public boolean accepts(Container container) {
    return container.id().value().startsWith(id)
        && container.pod().value().startsWith(pod)
        && state.map(wanted -> wanted == PublicState.of(container.state())).orElse(true)
        && container.spec().labels().entrySet().containsAll(labels.entrySet());
  }
}
