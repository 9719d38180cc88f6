package io.gantry.pod;

import org.jspecify.annotations.Nullable;

/**
 * CRI NamespaceOption.
 *
 * @param network POD or NODE
 * @param pid POD, CONTAINER, NODE or TARGET
 * @param ipc POD or NODE
 * @param targetContainer id for {@link NamespaceMode#TARGET}, else empty
 * @param users of the pod's user namespace; null when the pod has the machine's
 */
public record NamespaceOptions(
    NamespaceMode network,
    NamespaceMode pid,
    NamespaceMode ipc,
    String targetContainer,
    @Nullable UserMapping users) {

  public static final NamespaceOptions DEFAULT =
      new NamespaceOptions(NamespaceMode.POD, NamespaceMode.POD, NamespaceMode.POD, "", null);

  /** The same with these users. */
  public NamespaceOptions withUsers(UserMapping mapping) {
    return new NamespaceOptions(network, pid, ipc, targetContainer, mapping);
  }
}
