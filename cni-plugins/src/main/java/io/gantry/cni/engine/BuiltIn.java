package io.gantry.cni.engine;

import io.gantry.cni.bandwidth.BandwidthPlugin;
import io.gantry.cni.bridge.BridgePlugin;
import io.gantry.cni.bridge.Forwarding;
import io.gantry.cni.filter.PacketTable;
import io.gantry.cni.firewall.FirewallPlugin;
import io.gantry.cni.ipam.HostLocal;
import io.gantry.cni.ipam.StaticAddresses;
import io.gantry.cni.loopback.LoopbackPlugin;
import io.gantry.cni.macvlan.MacvlanPlugin;
import io.gantry.cni.overlay.OverlayPlugin;
import io.gantry.cni.plugin.AddressPlugin;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.Plugins;
import io.gantry.cni.portmap.PortMapPlugin;
import io.gantry.cni.ptp.PtpPlugin;
import io.gantry.cni.sysctl.Sysctls;
import io.gantry.cni.tuning.TuningPlugin;
import io.gantry.linux.FileCalls;
import io.gantry.linux.netlink.Conntrack;
import io.gantry.linux.netlink.NetworkNamespaces;
import io.gantry.linux.netlink.NetworkStack;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The plugins of this process, by type. */
public final class BuiltIn {

  /**
   * What they work with.
   *
   * @param stack of the node's namespace; stays the caller's
   */
  public record Node(
      FileCalls files,
      NetworkNamespaces namespaces,
      NetworkStack stack,
      PacketTable table,
      Conntrack conntrack,
      Sysctls sysctls) {}

  private BuiltIn() {}

  /**
   * All of them.
   *
   * @param plugins where an interface plugin finds the one that it asks for addresses
   */
  public static Map<String, Plugin> plugins(Node node, Plugins plugins) {
    AddressPlugin addresses = new AddressPlugin(plugins);
    Forwarding forwarding = new Forwarding(node.sysctls());
    return Map.ofEntries(
        Map.entry(LoopbackPlugin.TYPE, new LoopbackPlugin(node.namespaces())),
        Map.entry(
            BridgePlugin.TYPE,
            new BridgePlugin(node.namespaces(), node.stack(), addresses, node.table(), forwarding)),
        Map.entry(
            PtpPlugin.TYPE,
            new PtpPlugin(node.namespaces(), node.stack(), addresses, node.table(), forwarding)),
        Map.entry(
            MacvlanPlugin.TYPE,
            new MacvlanPlugin(node.namespaces(), node.stack(), addresses, node.sysctls())),
        Map.entry(
            OverlayPlugin.TYPE,
            new OverlayPlugin(node.stack(), plugins, node.table(), Clock.systemUTC())),
        Map.entry(HostLocal.TYPE, new HostLocal(node.files())),
        Map.entry(StaticAddresses.TYPE, new StaticAddresses()),
        Map.entry(
            PortMapPlugin.TYPE,
            new PortMapPlugin(node.table(), node.conntrack(), node.stack(), node.sysctls())),
        Map.entry(BandwidthPlugin.TYPE, new BandwidthPlugin(node.stack())),
        Map.entry(
            TuningPlugin.TYPE,
            new TuningPlugin(node.namespaces(), node.sysctls().root(), TuningPlugin.ALLOWLIST)),
        Map.entry(FirewallPlugin.TYPE, new FirewallPlugin(node.table())));
  }

  /**
   * These, and for other types the programs in the directories.
   *
   * @param limit how long a program may take
   */
  public static Plugins orPrograms(
      Map<String, Plugin> own, List<Path> directories, Duration limit) {
    return new PluginPath(own, directories, new ProgramRun(limit));
  }
}
