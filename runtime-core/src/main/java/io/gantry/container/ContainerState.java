package io.gantry.container;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Where a container is on its road; each state holds only what exists in it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ContainerState.Creating.class, name = "creating"),
  @JsonSubTypes.Type(value = ContainerState.Created.class, name = "created"),
  @JsonSubTypes.Type(value = ContainerState.Starting.class, name = "starting"),
  @JsonSubTypes.Type(value = ContainerState.Running.class, name = "running"),
  @JsonSubTypes.Type(value = ContainerState.Exited.class, name = "exited"),
  @JsonSubTypes.Type(value = ContainerState.Removing.class, name = "removing")
})
public sealed interface ContainerState {

  /** Decided; its directories may or may not be there. */
  record Creating() implements ContainerState {}

  /** Ready to start. */
  record Created() implements ContainerState {}

  /** A shim may or may not be there. */
  record Starting() implements ContainerState {}

  /**
   * The process runs.
   *
   * @param pid in the machine's namespace
   */
  record Running(int pid, Instant startedAt) implements ContainerState {}

  /**
   * It is over.
   *
   * @param startedAt null when the process never ran
   * @param exitCode 0 to 255; 128 plus the signal for a killed process
   * @param reason Completed, Error, OOMKilled, StartError or Unknown, as kubelet shows it
   * @param message what a person should know, or empty
   */
  record Exited(
      @Nullable Instant startedAt, Instant finishedAt, int exitCode, String reason, String message)
      implements ContainerState {}

  /** Its directories are going. */
  record Removing(Exited last) implements ContainerState {}
}
