package io.gantry.event;

import io.gantry.container.Container;
import io.gantry.pod.Pod;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened (CRI ContainerEventResponse), with the state right after it.
 *
 * @param sequence one more than that of the event before
 * @param id of the container, or of the pod when it happened to the pod
 * @param pod null when it is gone and was not what the event is about
 * @param containers of the pod, without those that are gone
 */
public record LifeEvent(
    long sequence,
    Kind kind,
    String id,
    Instant at,
    @Nullable Pod pod,
    List<Container> containers) {

  /** What happened. */
  public enum Kind {
    CREATED,
    STARTED,
    STOPPED,
    DELETED
  }

  public LifeEvent {
    containers = List.copyOf(containers);
  }
}
