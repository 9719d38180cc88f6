package io.gantry.cni.ptp;

import io.gantry.cni.bridge.Forwarding;
import io.gantry.cni.filter.Elements;
import io.gantry.cni.filter.Filtered;
import io.gantry.cni.filter.Owner;
import io.gantry.cni.filter.PacketTable;
import io.gantry.cni.filter.Part;
import io.gantry.cni.link.AskedAddress;
import io.gantry.cni.link.ContainerLink;
import io.gantry.cni.plugin.AddressPlugin;
import io.gantry.cni.plugin.NodeLinkName;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.NetworkNamespaces;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.VethLink;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** CNI's {@code ptp}: a pair of interfaces between a container and the node, and no bridge. */
public final class PtpPlugin implements Plugin, Filtered {

  public static final String TYPE = "ptp";

  /** Of the ends on the node. */
  private static final String PREFIX = "pp";

  private final NetworkNamespaces namespaces;
  private final NetworkStack node;
  private final AddressPlugin addresses;
  private final PacketTable table;
  private final Forwarding forwarding;

  /**
   * A plugin for one node.
   *
   * @param node the namespace that gets the other ends; stays the caller's
   */
  public PtpPlugin(
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

  private PtpPair pair(PluginCall call) {
    return new PtpPair(node, NodeLinkName.of(PREFIX, call.containerId(), call.ifName()));
  }

  @Override
  public CniResult add(PluginCall call) throws CniException {
    PtpConfig config = PtpConfig.of(call.config());
    PluginCall.Netns netns = call.requiredNetns();
    CniResult given = addresses.add(call);
    try {
      if (given.ips().isEmpty()) {
        throw CniException.invalid("a ptp network needs addresses: set field ipam");
      }
      return connected(call, netns, config, given);
    } catch (IOException | RuntimeException e) {
      undo(call, e);
      throw CniException.of("connect container " + call.containerId() + " to the node", e);
    }
  }

  private CniResult connected(
      PluginCall call, PluginCall.Netns netns, PtpConfig config, CniResult given)
      throws IOException {
    forwarding.ensure(given.ips());
    MacAddress asked = AskedAddress.of(call);
    MacAddress mac =
        asked == null ? MacAddress.derivedFrom(given.ips().getFirst().address().address()) : asked;
    PtpPair pair = pair(call);
    pair.make(new VethLink.Peer(call.ifName(), netns.fd(), mac), config.usedMtu());
    namespaces
        .at(netns.fd())
        .use(inside -> {
          PtpPair.configureContainer(inside, call.ifName(), given);
          return null;
        });
    Link host = pair.configureNode(given);
    if (config.masquerade()) {
      table.put(Owner.of(call), masquerade(given.ips()));
    }
    CniResult.Interface onNode =
        new CniResult.Interface(host.name(), String.valueOf(host.mac()), host.mtu(), "");
    CniResult.Interface inContainer =
        new CniResult.Interface(call.ifName(), mac.toString(), host.mtu(), netns.path());
    CniResult whole =
        given
            .withInterfaces(List.of(onNode, inContainer))
            .withIps(given.ips().stream().map(ip -> ip.on(1)).toList());
    return config.dns().isEmpty() ? whole : whole.withDns(config.dns());
  }

  private static Elements masquerade(List<CniResult.Ip> ips) {
    return Elements.masquerade(ips.stream().map(CniResult.Ip::address).toList());
  }

  @Override
  public void check(PluginCall call) throws CniException {
    PtpConfig config = PtpConfig.of(call.config());
    CniResult result = call.config().requiredPrevious();
    addresses.check(call);
    try {
      pair(call).checkNode(result);
      namespaces
          .at(call.requiredNetns().fd())
          .use(inside -> {
            new ContainerLink(inside, call.ifName()).check(result);
            return null;
          });
      List<String> missing =
          config.masquerade()
              ? table.missing(Owner.of(call), masquerade(result.containerIps()))
              : List.of();
      if (!missing.isEmpty()) {
        throw CniException.changed("the packet filter lacks " + String.join(", ", missing));
      }
    } catch (IOException e) {
      throw CniException.of("look at the link of container " + call.containerId(), e);
    }
  }

  /** Also without the namespace: what holds it open may still be going. */
  @Override
  public void del(PluginCall call) throws CniException {
    try {
      pair(call).delete();
      table.release(Owner.of(call), Part.MASQUERADE);
    } catch (IOException e) {
      throw CniException.of("remove the link of container " + call.containerId(), e);
    }
    addresses.del(call);
  }

  /** Interfaces go with their containers' namespaces; addresses and masquerading can stay. */
  @Override
  public void gc(PluginConfig config, Set<Attachment> valid) throws CniException {
    try {
      table.retain(config.network(), Part.MASQUERADE, valid);
    } catch (IOException e) {
      throw CniException.of("remove leftovers of network " + config.network(), e);
    }
    addresses.gc(config, valid);
  }

  @Override
  public void status(PluginConfig config) throws CniException {
    PtpConfig.of(config);
    addresses.status(config);
  }

  @Override
  public Elements elements(PluginCall call) throws CniException {
    return PtpConfig.of(call.config()).masquerade()
        ? masquerade(call.config().requiredPrevious().containerIps())
        : Elements.none(Part.MASQUERADE);
  }
}
