package io.gantry.pod;

/**
 * What the orchestrator calls a pod (CRI PodSandboxMetadata). The four together are its name: a
 * second request with the same four means the same pod.
 */
public record PodMetadata(String name, String uid, String namespace, int attempt) {

  @Override
  public String toString() {
    return namespace + "/" + name + (attempt == 0 ? "" : "#" + attempt);
  }
}
