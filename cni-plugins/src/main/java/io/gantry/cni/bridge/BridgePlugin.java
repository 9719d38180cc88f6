package io.gantry.cni.bridge;

import io.gantry.cni.filter.Elements;
import io.gantry.cni.filter.Filtered;
import io.gantry.cni.filter.Owner;
import io.gantry.cni.filter.PacketTable;
import io.gantry.cni.filter.Part;
import io.gantry.cni.link.AskedAddress;
import io.gantry.cni.link.ContainerLink;
import io.gantry.cni.plugin.AddressPlugin;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.LinkSettings;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.NetworkNamespaces;
import io.gantry.linux.netlink.NetworkStack;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * CNI's {@code bridge}: a pair of interfaces, one in the container, the other a port of a bridge on
 * the node.
 */
public final class BridgePlugin implements Plugin, Filtered {

  public static final String TYPE = "bridge";

  private final NetworkNamespaces namespaces;
  private final NetworkStack node;
  private final AddressPlugin addresses;
  private final PacketTable table;
  private final Forwarding forwarding;

  /**
   * A plugin for one node.
   *
   * @param node the namespace that has the bridge; stays the caller's
   */
  public BridgePlugin(
      NetworkNamespaces namespaces,
      NetworkStack node,
      AddressPlugin addresses,
      PacketTable table,
      Forwarding forwarding) {
    this.namespaces = namespaces;
    this.node = node;
    this.addresses = addresses;
    this.table = table;
    this.forwarding = forwarding;
  }

  @Override
  public CniResult add(PluginCall call) throws CniException {
    BridgeConfig config = BridgeConfig.of(call.config());
    PluginCall.Netns netns = call.requiredNetns();
    CniResult given = Gateways.completed(addresses.add(call), config);
    try {
      return connected(call, netns, config, given);
    } catch (IOException | RuntimeException e) {
      undo(call, e);
      throw failure("attach container " + call.containerId() + " to", config, e);
    }
  }

  private static CniException failure(String what, BridgeConfig config, Exception e) {
    return CniException.of(what + " bridge " + config.bridge(), e);
  }

  /** Who an interface on the node is for: several networks may share a bridge. */
  private static String alias(Owner owner) {
    return owner.network() + "/" + owner.containerId() + "/" + owner.ifName();
  }

  private CniResult connected(
      PluginCall call, PluginCall.Netns netns, BridgeConfig config, CniResult given)
      throws IOException {
    List<IpPrefix> gateways = config.gateway() ? Gateways.of(given) : List.of();
    HostBridge bridge = new HostBridge(node, config.bridge());
    Link made = bridge.ensure(config, gateways);
    Link gateway = made;
    if (config.gateway()) {
      if (config.vlans().access() != 0) {
        gateway = bridge.vlanInterface(made, config);
      }
      bridge.address(gateway, gateways, config.forceAddress());
      forwarding.ensure(given.ips());
    }
    BridgePort.Plug plug =
        new BridgePort.Plug(netns.fd(), call.ifName(), mac(call, given), alias(Owner.of(call)));
    BridgePort.Ends ends = port(call).connect(plug, made, config, given);
    if (config.masquerade()) {
      table.put(Owner.of(call), masquerade(given));
    }
    String port = HostInterface.of(call.containerId(), call.ifName());
    List<CniResult.Interface> interfaces = new ArrayList<>();
    interfaces.add(onNode(made));
    interfaces.add(new CniResult.Interface(port, text(ends.host()), made.mtu(), ""));
    interfaces.add(
        new CniResult.Interface(call.ifName(), text(ends.container()), made.mtu(), netns.path()));
    if (gateway.index() != made.index()) {
      interfaces.add(onNode(gateway));
    }
    List<CniResult.Ip> placed = given.ips().stream().map(ip -> ip.on(2)).toList();
    return given.withInterfaces(List.copyOf(interfaces)).withIps(placed);
  }

  private static CniResult.Interface onNode(Link link) {
    return new CniResult.Interface(link.name(), text(link.mac()), link.mtu(), "");
  }

  private static String text(@Nullable MacAddress mac) {
    return mac == null ? "" : mac.toString();
  }

  private static Elements masquerade(CniResult result) {
    return Elements.masquerade(result.ips().stream().map(CniResult.Ip::address).toList());
  }

  /** What the caller asks for, else made of the address, so that neighbours' caches stay right. */
  private static MacAddress mac(PluginCall call, CniResult given) throws CniException {
    MacAddress asked = AskedAddress.of(call);
    if (asked != null) {
      return asked;
    }
    return given.ips().isEmpty()
        ? MacAddress.derivedFrom(HostInterface.of(call.containerId(), call.ifName()))
        : MacAddress.derivedFrom(given.ips().getFirst().address().address());
  }

  @Override
  public void check(PluginCall call) throws CniException {
    BridgeConfig config = BridgeConfig.of(call.config());
    CniResult result = call.config().requiredPrevious();
    addresses.check(call);
    try {
      checkNode(call, config);
      checkContainer(call, result);
      if (config.masquerade()) {
        checkMasquerade(call, result);
      }
    } catch (IOException e) {
      throw failure("look at container " + call.containerId() + " on", config, e);
    }
  }

  private void checkNode(PluginCall call, BridgeConfig config) throws IOException {
    Link bridge =
        new HostBridge(node, config.bridge())
            .find()
            .orElseThrow(() -> CniException.changed("bridge " + config.bridge() + " is gone"));
    port(call).check(bridge, config);
  }

  private BridgePort port(PluginCall call) {
    return new BridgePort(namespaces, node, HostInterface.of(call.containerId(), call.ifName()));
  }

  private void checkContainer(PluginCall call, CniResult result) throws IOException {
    namespaces
        .at(call.requiredNetns().fd())
        .use(inside -> {
          new ContainerLink(inside, call.ifName()).check(result);
          return null;
        });
  }

  private void checkMasquerade(PluginCall call, CniResult result) throws IOException {
    CniResult own = result.withIps(ownIps(call, result));
    List<String> missing = table.missing(Owner.of(call), masquerade(own));
    if (!missing.isEmpty()) {
      throw CniException.changed("the packet filter lacks " + String.join(", ", missing));
    }
  }

  private static List<CniResult.Ip> ownIps(PluginCall call, CniResult result) {
    return result.ips().stream()
        .filter(ip -> {
          CniResult.Interface on = result.interfaceOf(ip);
          return on == null || on.name().equals(call.ifName());
        })
        .toList();
  }

  /**
   * Frees the addresses, and deletes the pair only where the namespace is named: where it goes, the
   * kernel takes the pair along, off everybody's way.
   */
  @Override
  public void del(PluginCall call) throws CniException {
    try {
      if (call.netns() != null) {
        port(call).disconnect();
      }
      table.release(Owner.of(call), Part.MASQUERADE);
    } catch (IOException e) {
      throw CniException.failed(
          "cannot detach container " + call.containerId() + ": " + e.getMessage(), e);
    }
    addresses.del(call);
  }

  @Override
  public void gc(PluginConfig config, Set<Attachment> valid) throws CniException {
    try {
      List<LinkSettings.Settings> links = node.linkSettings().list();
      // asked after the listing: a container that comes up is valid before it has a port
      Set<String> staying = new HashSet<>();
      valid.forEach(
          one -> staying.add(alias(new Owner(config.network(), one.containerId(), one.ifName()))));
      String ours = new Owner(config.network(), "", "").network() + "/";
      for (LinkSettings.Settings found : links) {
        if (HostInterface.isOurs(found.link().name())
            && found.alias().startsWith(ours)
            && !staying.contains(found.alias())) {
          HostBridge.delete(node, found.link());
        }
      }
      table.retain(config.network(), Part.MASQUERADE, valid);
    } catch (IOException e) {
      throw CniException.failed(
          "cannot remove leftovers of network " + config.network() + ": " + e.getMessage(), e);
    }
    addresses.gc(config, valid);
  }

  @Override
  public void status(PluginConfig config) throws CniException {
    BridgeConfig.of(config);
    addresses.status(config);
  }

  @Override
  public Elements elements(PluginCall call) throws CniException {
    BridgeConfig config = BridgeConfig.of(call.config());
    CniResult result = call.config().requiredPrevious();
    return config.masquerade()
        ? masquerade(result.withIps(ownIps(call, result)))
        : Elements.masquerade(List.of());
  }
}
