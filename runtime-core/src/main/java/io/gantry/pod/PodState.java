package io.gantry.pod;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** Where a pod is on its road. Only {@link Ready} takes containers. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
@JsonSubTypes({
  @JsonSubTypes.Type(value = PodState.Creating.class, name = "creating"),
  @JsonSubTypes.Type(value = PodState.Ready.class, name = "ready"),
  @JsonSubTypes.Type(value = PodState.Stopping.class, name = "stopping"),
  @JsonSubTypes.Type(value = PodState.Stopped.class, name = "stopped"),
  @JsonSubTypes.Type(value = PodState.Removing.class, name = "removing")
})
public sealed interface PodState {

  /** Decided; its effects may or may not have happened. */
  record Creating() implements PodState {}

  /** Namespaces and network are there. */
  record Ready() implements PodState {}

  /** Being taken down; what is still there belongs to nobody else. */
  record Stopping() implements PodState {}

  /** Nothing of it is left in the kernel. */
  record Stopped() implements PodState {}

  /** Its files are going. */
  record Removing() implements PodState {}
}
