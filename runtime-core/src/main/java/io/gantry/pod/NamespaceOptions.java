package io.gantry.pod;

/**
 * CRI NamespaceOption.
 *
 * @param network POD or NODE
 * @param pid POD, CONTAINER, NODE or TARGET
 * @param ipc POD or NODE
 * @param targetContainer id for {@link NamespaceMode#TARGET}, else empty
 */
public record NamespaceOptions(
    NamespaceMode network, NamespaceMode pid, NamespaceMode ipc, String targetContainer) {

  public static final NamespaceOptions DEFAULT =
      new NamespaceOptions(NamespaceMode.POD, NamespaceMode.POD, NamespaceMode.POD, "");
}
