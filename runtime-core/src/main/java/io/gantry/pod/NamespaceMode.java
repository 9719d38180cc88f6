package io.gantry.pod;

/** Whose namespace a container gets (CRI NamespaceMode). */
public enum NamespaceMode {
  /** One for the pod, shared by its containers. */
  POD,
  /** One of its own. */
  CONTAINER,
  /** The machine's. */
  NODE,
  /** That of another container. */
  TARGET
}
