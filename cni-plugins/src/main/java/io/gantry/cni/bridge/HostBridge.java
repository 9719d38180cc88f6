package io.gantry.cni.bridge;

import io.gantry.cni.link.WayOut;
import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import io.gantry.linux.netlink.BridgeLink;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.VlanLink;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The bridge on the node, with the gateway's address. */
final class HostBridge {

  private static final String KIND = "bridge";

  private final NetworkStack node;
  private final String name;

  HostBridge(NetworkStack node, String name) {
    this.node = node;
    this.name = name;
  }

  /** The bridge as it is, or nothing; an interface of another kind with its name is an error. */
  Optional<Link> find() throws IOException {
    Optional<Link> found = node.links().find(name);
    if (found.isPresent() && !found.get().kind().equals(KIND)) {
      throw new IOException(
          "interface " + name + " is there and is no bridge: rename it, or configure another name");
    }
    return found;
  }

  /**
   * Makes it, or makes it right: mtu, up.
   *
   * @param gateways whose address a new bridge's own is derived from
   * @return as it was found or made
   */
  Link ensure(BridgeConfig config, List<IpPrefix> gateways) throws IOException {
    Link bridge = find().orElse(null);
    if (bridge == null) {
      bridge = made(config, gateways);
    } else if (config.mtu() != 0 && bridge.mtu() != config.mtu()) {
      node.links().resize(bridge.index(), config.mtu());
      bridge = bridge.sized(config.mtu());
    }
    if (config.vlans().any()) {
      verifyFiltering(bridge);
    }
    if (config.promiscuous()) {
      node.linkSettings().promiscuous(bridge.index(), true);
    }
    if (!bridge.up()) {
      node.links().bringUp(bridge.index());
    }
    return bridge;
  }

  /** Somebody else may make it at the same moment. */
  private Link made(BridgeConfig config, List<IpPrefix> gateways) throws IOException {
    MacAddress mac =
        gateways.isEmpty()
            ? MacAddress.derivedFrom(name)
            : MacAddress.derivedFrom(gateways.getFirst().address());
    int mtu = config.mtu() == 0 ? WayOut.mtu(node) : config.mtu();
    boolean filters = config.vlans().any();
    try {
      node.links().create(new BridgeLink(name, mac, mtu, filters));
    } catch (SyscallException e) {
      if (filters && e.is(Errno.EOPNOTSUPP)) {
        throw new IOException(
            "this kernel cannot filter the vlans of a bridge (CONFIG_BRIDGE_VLAN_FILTERING): "
                + e.getMessage(),
            e);
      }
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
    }
    return find().orElseThrow(() -> new IOException("bridge " + name + " vanished"));
  }

  /** It is not switched on: on a bridge of somebody else that would cut off tagged frames. */
  private void verifyFiltering(Link bridge) throws IOException {
    if (!node.bridgePorts().vlanRule(bridge.index()).filtering()) {
      throw new IOException(
          ("%1$s was made to pass every vlan: name another bridge, or switch it over"
                  + " (ip link set %1$s type bridge vlan_filtering 1)")
              .formatted(name));
    }
  }

  /** The node's own end of one VLAN of the bridge, up; made where there is none. */
  Link vlanInterface(Link bridge, BridgeConfig config) throws IOException {
    String vlanName = config.gatewayName();
    if (node.links().find(vlanName).isEmpty()) {
      node.bridgePorts().joinBridge(bridge.index(), config.vlans().access());
      try {
        node.links().create(new VlanLink(vlanName, bridge.index(), config.vlans().access()));
      } catch (SyscallException e) {
        if (!e.is(Errno.EEXIST)) {
          throw e;
        }
      }
    }
    Link found =
        node.links()
            .find(vlanName)
            .orElseThrow(() -> new IOException("interface " + vlanName + " vanished"));
    if (!found.up()) {
      node.links().bringUp(found.index());
    }
    return found;
  }

  /** Gives the bridge, or its end of a VLAN, the gateways' addresses. */
  void address(Link interfaceOfNode, List<IpPrefix> gateways, boolean force) throws IOException {
    for (IpPrefix gateway : gateways) {
      addAddress(
          interfaceOfNode.name(), new InterfaceAddress(interfaceOfNode.index(), gateway), force);
    }
  }

  private void addAddress(String holder, InterfaceAddress address, boolean force)
      throws IOException {
    try {
      node.addresses().add(address);
    } catch (SyscallException e) {
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
      return;
    }
    for (InterfaceAddress other : others(address)) {
      if (!force) {
        node.addresses().remove(address);
        throw new IOException(
            "%s has address %s already, which overlaps with %s: set forceAddress to replace it"
                .formatted(holder, other.prefix(), address.prefix()));
      }
      node.addresses().remove(other);
    }
  }

  /** What it has besides in the same block: asked only once an address is new. */
  private List<InterfaceAddress> others(InterfaceAddress address) throws IOException {
    return node.addresses().list().stream()
        .filter(other -> other.link() == address.link() && !other.equals(address))
        .filter(other -> other.prefix().overlaps(address.prefix()))
        .toList();
  }

  /** Removes a link that may be going by itself just now. */
  static void delete(NetworkStack node, Link link) throws IOException {
    try {
      node.links().delete(link.index());
    } catch (SyscallException e) {
      if (!e.is(Errno.ENODEV)) {
        throw e;
      }
    }
  }
}
