package io.gantry.rpc;

import io.gantry.pod.NamespaceMode;
import io.gantry.pod.NamespaceOptions;
import java.util.regex.Pattern;

/**
 * Which kernel parameters belong to which namespace (sysctl(8), network_namespaces(7),
 * ipc_namespaces(7)).
 */
final class Sysctls {

  private static final Pattern NAME = Pattern.compile("[a-z0-9_-]+(\\.[A-Za-z0-9_-]+)+");

  private Sysctls() {}

  /** Whether setting it inside the pod leaves the machine as it is. */
  static boolean ownedBy(NamespaceOptions namespaces, String name) {
    if (!NAME.matcher(name).matches()) {
      return false;
    }
    boolean ownNetwork = namespaces.network() != NamespaceMode.NODE;
    boolean ownIpc = namespaces.ipc() != NamespaceMode.NODE;
    return (ownNetwork && ofNetwork(name)) || (ownIpc && ofIpc(name));
  }

  private static boolean ofNetwork(String name) {
    return name.startsWith("net.")
        || name.equals("kernel.hostname")
        || name.equals("kernel.domainname");
  }

  private static boolean ofIpc(String name) {
    return name.startsWith("kernel.shm")
        || name.startsWith("kernel.msg")
        || name.equals("kernel.sem")
        || name.startsWith("fs.mqueue.");
  }
}
