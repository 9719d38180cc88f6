package io.gantry.cni.bridge;

import io.gantry.cni.link.ContainerLink;
import io.gantry.cni.spec.CniResult;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.SyscallException;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.NetworkNamespaces;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.VethLink;
import java.io.IOException;
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
    if (!config.withoutInterface()) {
      namespaces
          .at(plug.netns())
          .use(inside -> {
            new ContainerLink(inside, plug.ifName()).configure(result);
            return null;
          });
    }
    // only now, as asking for the link also makes the bridge forward to the pod that came up
    Link host =
        node.links()
            .find(name)
            .orElseThrow(() -> new IOException("interface " + name + " is gone"));
    node.linkSettings().alias(host.index(), plug.alias());
    if (config.hairpin()) {
      node.links().hairpin(host.index(), true);
    }
    if (config.isolated()) {
      node.links().isolate(host.index(), true);
    }
    return new Ends(host.mac(), plug.mac());
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
