package io.gantry.cni.ptp;

import io.gantry.cni.link.ContainerLink;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.Route;
import io.gantry.linux.netlink.VethLink;
import java.io.IOException;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The two ends of one container's link. The container asks only for its gateway's link address;
 * even neighbours in its block are reached by the node.
 */
final class PtpPair {

  private final NetworkStack node;
  private final String name;

  /**
   * A pair that may or may not be there.
   *
   * @param name of the end on the node
   */
  PtpPair(NetworkStack node, String name) {
    this.node = node;
    this.name = name;
  }

  /** Makes both ends. One of that name is what a crash left of an earlier try. */
  void make(VethLink.Peer peer, int mtu) throws IOException {
    VethLink veth = new VethLink(name, 0, peer, mtu);
    try {
      node.links().create(veth);
    } catch (SyscallException e) {
      if (!e.is(Errno.EEXIST) || node.links().find(name).isEmpty()) {
        throw e;
      }
      delete();
      node.links().create(veth);
    }
  }

  Optional<Link> find() throws IOException {
    return node.links().find(name);
  }

  private Link existing() throws IOException {
    return find().orElseThrow(() -> new IOException("interface " + name + " is gone"));
  }

  /** The gateways' addresses and a route to each of the container's, on the node. */
  Link configureNode(CniResult result) throws IOException {
    Link link = existing();
    for (InetAddress gateway : gateways(result)) {
      node.addresses().add(new InterfaceAddress(link.index(), IpPrefix.host(gateway)));
    }
    for (CniResult.Ip ip : result.ips()) {
      // a crash may have left one over an interface that is going: the address is ours now
      node.routes().replace(new Route(IpPrefix.host(ip.address().address()), null, link.index()));
    }
    return link;
  }

  private static Set<InetAddress> gateways(CniResult result) throws CniException {
    Set<InetAddress> gateways = new LinkedHashSet<>();
    for (CniResult.Ip ip : result.ips()) {
      gateways.add(gatewayOf(ip));
    }
    return gateways;
  }

  private static InetAddress gatewayOf(CniResult.Ip ip) throws CniException {
    InetAddress gateway = ip.gateway();
    if (gateway == null) {
      throw CniException.invalid(
          "a ptp network needs a gateway for address " + ip.address() + ": set one in field ipam");
    }
    return gateway;
  }

  /** Addresses and routes in the container. */
  static void configureContainer(NetworkStack inside, String ifName, CniResult result)
      throws IOException {
    ContainerLink container = new ContainerLink(inside, ifName);
    int index = container.existing().index();
    for (CniResult.Ip ip : result.ips()) {
      inside.addresses().addWithoutRoute(new InterfaceAddress(index, ip.address()));
    }
    inside.links().bringUp(index);
    Set<IpPrefix> laid = new LinkedHashSet<>();
    for (CniResult.Ip ip : result.ips()) {
      Route.Options from = Route.Options.NONE.withSource(ip.address().address());
      IpPrefix gateway = IpPrefix.host(gatewayOf(ip));
      if (laid.add(gateway)) {
        inside.routes().add(new Route(gateway, null, index, from));
      }
      IpPrefix block = ip.address().network();
      if (block.length() < block.bits() && laid.add(block)) {
        inside.routes().add(new Route(block, gateway.address(), index, from));
      }
    }
    container.layRoutes(result);
  }

  /** Fails when the node's end has lost an address or a route. */
  void checkNode(CniResult result) throws IOException {
    Link link = find().orElseThrow(() -> CniException.changed("interface " + name + " is gone"));
    Set<InterfaceAddress> there = new LinkedHashSet<>(node.addresses().list());
    for (CniResult.Ip ip : result.containerIps()) {
      InetAddress gateway = ip.gateway();
      if (gateway != null
          && !there.contains(new InterfaceAddress(link.index(), IpPrefix.host(gateway)))) {
        throw CniException.changed(
            "gateway address " + IpPrefix.text(gateway) + " is not on interface " + name);
      }
      IpPrefix address = IpPrefix.host(ip.address().address());
      if (node.routes().list().stream()
          .noneMatch(
              route -> route.destination().equals(address) && route.link() == link.index())) {
        throw CniException.changed("the node has no route to " + address + " over " + name);
      }
    }
  }

  /** Deletes both ends; none is fine. */
  void delete() throws IOException {
    Optional<Link> link = find();
    if (link.isEmpty()) {
      return;
    }
    try {
      node.links().delete(link.get().index());
    } catch (SyscallException e) {
      if (!e.is(Errno.ENODEV)) {
        throw e;
      }
    }
  }
}
