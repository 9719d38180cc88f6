package io.gantry.container;

/** What the orchestrator calls a container within its pod (CRI ContainerMetadata). */
public record ContainerMetadata(String name, int attempt) {

  @Override
  public String toString() {
    return attempt == 0 ? name : name + "#" + attempt;
  }
}
