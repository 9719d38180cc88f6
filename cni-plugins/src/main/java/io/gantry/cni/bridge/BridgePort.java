package io.gantry.cni.bridge;

import io.gantry.cni.link.ContainerLink;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.SyscallException;
import io.gantry.linux.netlink.BridgePorts;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.NetworkNamespaces;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.PortVlans;
import io.gantry.linux.netlink.VethLink;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The pair of interfaces that joins one container to a bridge. */
final class BridgePort {

  /**
   * The container's side.
   *
   * @param netns stays the caller's
   * @param alias of the end on the node
   */
  record Plug(Fd netns, String ifName, MacAddress mac, String alias) {}

  /** The link addresses of the two ends. */
  record Ends(@Nullable MacAddress host, @Nullable MacAddress container) {}

  private final NetworkNamespaces namespaces;
  private final NetworkStack node;
  private final String name;

  /**
   * A pair that may or may not be there.
   *
   * @param name of the end on the node
   */
  BridgePort(NetworkNamespaces namespaces, NetworkStack node, String name) {
    this.namespaces = namespaces;
    this.node = node;
    this.name = name;
  }

  /** Makes the pair and gives the container's end what the result says. */
  Ends connect(Plug plug, Link bridge, BridgeConfig config, CniResult result) throws IOException {
    VethLink.Peer peer = new VethLink.Peer(plug.ifName(), plug.netns(), plug.mac());
    make(new VethLink(name, bridge.index(), peer, bridge.mtu()));
    if (config.vlans().any() || config.spoofCheck()) {
      restrict(bridge, config, plug.mac());
    }
    if (!config.withoutInterface()) {
      namespaces
          .at(plug.netns())
          .use(inside -> {
            new ContainerLink(inside, plug.ifName()).configure(result);
            return null;
          });
    }
    // only now, as asking for the link also makes the bridge forward to the pod that came up
    Link host = found();
    node.linkSettings().alias(host.index(), plug.alias());
    if (config.hairpin()) {
      node.bridgePorts().hairpin(host.index(), true);
    }
    if (config.isolated()) {
      node.bridgePorts().isolate(host.index(), true);
    }
    return new Ends(host.mac(), plug.mac());
  }

  private Link found() throws IOException {
    return node.links()
        .find(name)
        .orElseThrow(() -> new IOException("interface " + name + " is gone"));
  }

  /** Before the container's end comes up: nothing of it is ever where it does not belong. */
  private void restrict(Link bridge, BridgeConfig config, MacAddress mac) throws IOException {
    int port = found().index();
    BridgePorts ports = node.bridgePorts();
    Vlans vlans = config.vlans();
    if (vlans.any()) {
      for (PortVlans joined : vlans.joined()) {
        ports.join(port, joined);
      }
      int usual = ports.vlanRule(bridge.index()).usual();
      if (usual != 0 && !vlans.keepsUsual() && !vlans.contains(usual)) {
        ports.leave(port, usual);
      }
    }
    if (config.spoofCheck()) {
      ports.lock(port, mac);
    }
  }

  /** Throws what differs from the configuration. */
  void check(Link bridge, BridgeConfig config) throws IOException {
    Optional<Link> link = node.links().find(name);
    if (link.isEmpty()) {
      throw CniException.changed("interface " + name + " is gone");
    }
    if (link.get().master() != bridge.index()) {
      throw CniException.changed("interface " + name + " is no port of " + config.bridge());
    }
    int port = link.get().index();
    if (config.spoofCheck() && !node.bridgePorts().locked(port)) {
      throw CniException.changed("interface " + name + " is not held to its link address any more");
    }
    if (config.vlans().any()) {
      List<PortVlans> found = node.bridgePorts().vlans(port);
      for (PortVlans joined : config.vlans().joined()) {
        if (found.stream().noneMatch(one -> one.covers(joined))) {
          throw CniException.changed("interface " + name + " is not in vlan " + joined);
        }
      }
    }
  }

  /** A pair of that name is what a crash left of an earlier try for the same container. */
  private void make(VethLink veth) throws IOException {
    try {
      node.links().create(veth);
    } catch (SyscallException e) {
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
      disconnect();
      node.links().create(veth);
    }
  }

  /** Deletes the pair; none is fine. */
  void disconnect() throws IOException {
    Optional<Link> link = node.links().find(name);
    if (link.isPresent()) {
      HostBridge.delete(node, link.get());
    }
  }
}
