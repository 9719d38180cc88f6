package io.gantry.cni.bridge;

import io.gantry.cni.NetworkUnavailableException;
import io.gantry.linux.Linux;
import io.gantry.linux.netlink.NetlinkNamespaces;
import io.gantry.linux.netlink.NetworkNamespace;
import io.gantry.linux.netlink.NetworkNamespaces;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.nftables.LibNftables;
import io.gantry.linux.nftables.Nftables;
import java.io.IOException;
import java.nio.file.Path;

/** Opens bridge networks. */
public final class BridgeNetworks {

  private static final Path SYSCTLS = Path.of("/proc/sys");

  private BridgeNetworks() {}

  /** One whose bridge is in the namespace that the daemon runs in. */
  public static BridgeNetwork onThisNode(BridgeSettings settings)
      throws NetworkUnavailableException {
    NetworkNamespaces namespaces = new NetlinkNamespaces(Linux.syscalls());
    return in(namespaces.own(), namespaces, settings);
  }

  /** One whose bridge is in the given namespace. Nothing is made before {@code ensure}. */
  public static BridgeNetwork in(
      NetworkNamespace node, NetworkNamespaces namespaces, BridgeSettings settings)
      throws NetworkUnavailableException {
    return open(settings, namespaces, node, new LibNftables(node), new Forwarding(node, SYSCTLS));
  }

  static BridgeNetwork open(
      BridgeSettings settings,
      NetworkNamespaces namespaces,
      NetworkNamespace node,
      Nftables nftables,
      Forwarding forwarding)
      throws NetworkUnavailableException {
    try {
      NetworkStack stack = node.open();
      HostSide hostSide = new HostSide(settings, stack, nftables, forwarding);
      return new BridgeNetwork(settings, namespaces, stack, hostSide);
    } catch (IOException e) {
      throw new NetworkUnavailableException(
          settings.bridge(), "NetlinkFailed", "cannot open the network stack: " + e, e);
    }
  }
}
