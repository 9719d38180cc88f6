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
   * Makes it, or makes it right: mtu, addresses, up.
   *
   * @return as it was found or made
   */
  Link ensure(BridgeConfig config, List<IpPrefix> gateways) throws IOException {
    Link bridge = find().orElse(null);
    if (bridge == null) {
      bridge = made(config.mtu() == 0 ? WayOut.mtu(node) : config.mtu(), gateways);
    } else if (config.mtu() != 0 && bridge.mtu() != config.mtu()) {
      node.links().resize(bridge.index(), config.mtu());
      bridge = bridge.sized(config.mtu());
    }
    for (IpPrefix gateway : gateways) {
      addAddress(new InterfaceAddress(bridge.index(), gateway), config.forceAddress());
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
  private Link made(int mtu, List<IpPrefix> gateways) throws IOException {
    MacAddress mac =
        gateways.isEmpty()
            ? MacAddress.derivedFrom(name)
            : MacAddress.derivedFrom(gateways.getFirst().address());
    try {
      node.links().create(new BridgeLink(name, mac, mtu));
    } catch (SyscallException e) {
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
    }
    return find().orElseThrow(() -> new IOException("bridge " + name + " vanished"));
  }

  private void addAddress(InterfaceAddress address, boolean force) throws IOException {
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
                .formatted(name, other.prefix(), address.prefix()));
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
