package io.gantry.cni.engine;

import io.gantry.cni.NetworkSettings;
import io.gantry.cni.NetworkUnavailableException;
import io.gantry.cni.PodNetwork;
import io.gantry.cni.filter.PacketTable;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.Plugins;
import io.gantry.cni.sysctl.Sysctls;
import io.gantry.linux.Linux;
import io.gantry.linux.netlink.Conntrack;
import io.gantry.linux.netlink.NetlinkConntrack;
import io.gantry.linux.netlink.NetlinkNamespaces;
import io.gantry.linux.netlink.NetworkNamespace;
import io.gantry.linux.netlink.NetworkNamespaces;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.nftables.LibNftables;
import io.gantry.linux.nftables.Nftables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** Opens the networks of a node. */
public final class NodeNetworks {

  private NodeNetworks() {}

  /** Those of the namespace that the daemon runs in. Nothing is made before a pod comes. */
  public static PodNetwork onThisNode(NetworkSettings settings) throws NetworkUnavailableException {
    NetworkNamespaces namespaces = new NetlinkNamespaces(Linux.syscalls());
    return in(namespaces.own(), namespaces, settings);
  }

  /** Those of a node that is the given namespace. */
  public static PodNetwork in(
      NetworkNamespace node, NetworkNamespaces namespaces, NetworkSettings settings)
      throws NetworkUnavailableException {
    NetlinkConntrack conntrack = new NetlinkConntrack(Linux.syscalls(), node);
    return open(
        settings,
        namespaces,
        new NodeView(node, new LibNftables(node), conntrack, Sysctls.KERNEL),
        conntrack::close);
  }

  /**
   * How the node is seen.
   *
   * @param sysctls {@code /proc/sys}
   */
  record NodeView(
      NetworkNamespace namespace, Nftables nftables, Conntrack conntrack, Path sysctls) {}

  static CniNetworks open(
      NetworkSettings settings, NetworkNamespaces namespaces, NodeView node, Runnable closing)
      throws NetworkUnavailableException {
    NetworkStack stack;
    try {
      stack = node.namespace().open();
    } catch (IOException e) {
      throw new NetworkUnavailableException(
          settings.zero().name(), "NetlinkFailed", "cannot open the network stack: " + e, e);
    }
    PacketTable table = new PacketTable(node.nftables(), settings.table());
    AtomicReference<Plugins> all = new AtomicReference<>();
    Map<String, Plugin> builtIn =
        BuiltIn.plugins(
            new BuiltIn.Node(
                Linux.syscalls(),
                namespaces,
                stack,
                table,
                node.conntrack(),
                new Sysctls(node.namespace(), node.sysctls())),
            type -> all.get().of(type));
    all.set(BuiltIn.orPrograms(builtIn, settings.pluginDirectories(), settings.pluginLimit()));
    return new CniNetworks(
        settings, new EngineParts(namespaces, stack, node.nftables(), table, all.get(), closing));
  }
}
