package io.gantry.cni.bridge;

import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import io.gantry.linux.netlink.BridgeLink;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** The bridge on the node, with the gateway's address. */
final class HostBridge {

  private static final int ETHERNET_MTU = 1500;
  private static final String KIND = "bridge";
  private static final String VETH = "veth";

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

  /** Makes it, or makes it right: mtu, address, up. */
  Link ensure(IpPrefix gateway, int mtu) throws IOException {
    Link bridge = find().orElse(null);
    if (bridge == null) {
      node.links().create(new BridgeLink(name, MacAddress.derivedFrom(gateway.address()), mtu));
      bridge = node.links().find(name).orElseThrow(() -> new IOException(name + " vanished"));
    } else if (bridge.mtu() != mtu) {
      node.links().resize(bridge.index(), mtu);
    }
    addAddress(new InterfaceAddress(bridge.index(), gateway));
    if (!bridge.up()) {
      node.links().bringUp(bridge.index());
    }
    return bridge;
  }

  private void addAddress(InterfaceAddress address) throws IOException {
    try {
      node.addresses().add(address);
    } catch (SyscallException e) {
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
    }
  }

  /** Takes the gateway address of a block that is no longer used off the bridge. */
  void removeAddress(IpPrefix gateway) throws IOException {
    Optional<Link> bridge = find();
    if (bridge.isEmpty()) {
      return;
    }
    InterfaceAddress address = new InterfaceAddress(bridge.get().index(), gateway);
    if (node.addresses().list().contains(address)) {
      node.addresses().remove(address);
    }
  }

  /** Packets to the outside must fit the way out, so pods get its size. */
  int outsideMtu() throws IOException {
    List<Link> links = node.links().list();
    return node.routes().list().stream()
        .filter(route -> route.isDefault() && route.destination().isVersion4())
        .map(Route::link)
        .flatMap(index -> links.stream().filter(link -> link.index() == index))
        .filter(link -> !link.name().equals("lo"))
        .map(Link::mtu)
        .findFirst()
        .orElse(ETHERNET_MTU);
  }

  /** The veth ends that are named by us and this bridge's, or no bridge's since theirs is gone. */
  List<Link> ports() throws IOException {
    int own = find().map(Link::index).orElse(0);
    return node.links().list().stream()
        .filter(link -> link.kind().equals(VETH) && HostInterface.isOurs(link.name()))
        .filter(link -> link.master() == own || link.master() == 0)
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

  /** The block's first address with the block's length, as the bridge has it. */
  static IpPrefix gatewayOf(IpPrefix block) {
    InetAddress first = block.at(1);
    return new IpPrefix(first, block.length());
  }
}
