package io.gantry.container;

/** The four states the orchestrator knows (CRI ContainerState). */
public enum PublicState {
  CREATED,
  RUNNING,
  EXITED,
  UNKNOWN;

  public static PublicState of(ContainerState state) {
    return switch (state) {
      case ContainerState.Creating creating -> CREATED;
      case ContainerState.Created created -> CREATED;
      case ContainerState.Starting starting -> CREATED;
      case ContainerState.Running running -> RUNNING;
      case ContainerState.Exited exited -> EXITED;
      case ContainerState.Removing removing -> EXITED;
    };
  }
}
