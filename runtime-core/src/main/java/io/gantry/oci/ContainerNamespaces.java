package io.gantry.oci;

import io.gantry.linux.Fd;
import org.jspecify.annotations.Nullable;

/**
 * The existing namespaces a container joins; null means the machine's own, and for the pid
 * namespace one of its own when the request says CONTAINER. The descriptors are borrowed: they
 * belong to the pod and have to stay open until the shim is spawned.
 *
 * @param pid of the pod's holder or of the target container: its pidfd or its namespace
 */
public record ContainerNamespaces(
    @Nullable Fd network, @Nullable Fd ipc, @Nullable Fd uts, @Nullable Fd pid, @Nullable Fd user) {

  public static final ContainerNamespaces MACHINE =
      new ContainerNamespaces(null, null, null, null, null);
}
