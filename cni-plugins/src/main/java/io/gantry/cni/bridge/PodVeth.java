package io.gantry.cni.bridge;

import io.gantry.cni.Attachment;
import io.gantry.cni.Attachment.PodRoute;
import io.gantry.cni.PodAttachment;
import io.gantry.cni.loopback.Loopback;
import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.NetworkNamespaces;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.Route;
import io.gantry.linux.netlink.VethLink;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** Connects one pod's namespace to a bridge. */
final class PodVeth {

  private static final IpPrefix EVERYWHERE = IpPrefix.parse("0.0.0.0/0");

  private final NetworkNamespaces namespaces;
  private final NetworkStack node;

  PodVeth(NetworkNamespaces namespaces, NetworkStack node) {
    this.namespaces = namespaces;
    this.node = node;
  }

  /**
   * The bridge to connect to.
   *
   * @param index of the bridge
   * @param gateway with the block's length
   */
  record Uplink(int index, IpPrefix gateway, int mtu) {}

  /** All of it runs on the one thread that is in the pod's namespace: no RPC thread is pinned. */
  Attachment connect(PodAttachment pod, Uplink uplink) throws IOException {
    String name = HostInterface.of(pod.podId());
    return namespaces
        .at(pod.netns())
        .use(inside -> {
          try {
            return connect(pod, uplink, name, inside);
          } catch (IOException | RuntimeException e) {
            undo(name, e);
            throw e;
          }
        });
  }

  private Attachment connect(PodAttachment pod, Uplink uplink, String name, NetworkStack inside)
      throws IOException {
    MacAddress mac = MacAddress.derivedFrom(pod.addresses().getFirst());
    VethLink.Peer peer = new VethLink.Peer(pod.interfaceName(), pod.netns(), mac);
    make(new VethLink(name, uplink.index(), peer, uplink.mtu()));
    Loopback.bringUp(inside);
    List<IpPrefix> addresses = onLink(pod.addresses(), uplink.gateway().length());
    configure(inside, pod.interfaceName(), addresses, uplink.gateway().address());
    // only now, as asking for the link also makes the bridge forward to the pod that came up
    node.links().hairpin(existing(node, name).index(), true);
    return new Attachment(
        pod.interfaceName(),
        name,
        mac,
        addresses,
        uplink.gateway().address(),
        List.of(new PodRoute(EVERYWHERE, uplink.gateway().address())),
        uplink.mtu());
  }

  /** A pair of that name is what a crash left of an earlier try for the same pod. */
  private void make(VethLink veth) throws IOException {
    try {
      node.links().create(veth);
    } catch (SyscallException e) {
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
      disconnect(veth.name());
      node.links().create(veth);
    }
  }

  private static List<IpPrefix> onLink(List<InetAddress> addresses, int length) {
    return addresses.stream().map(address -> new IpPrefix(address, length)).toList();
  }

  private static void configure(
      NetworkStack inside, String name, List<IpPrefix> addresses, InetAddress gateway)
      throws IOException {
    int index = existing(inside, name).index();
    for (IpPrefix address : addresses) {
      inside.addresses().add(new InterfaceAddress(index, address));
    }
    inside.links().bringUp(index);
    inside.routes().add(new Route(EVERYWHERE, gateway, index));
  }

  private static Link existing(NetworkStack stack, String name) throws IOException {
    return stack
        .links()
        .find(name)
        .orElseThrow(() -> new IOException("interface " + name + " is gone"));
  }

  private void undo(String name, Exception cause) {
    try {
      disconnect(name);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Deletes the pair; none is fine. */
  void disconnect(String name) throws IOException {
    Optional<Link> link = node.links().find(name);
    if (link.isPresent()) {
      HostBridge.delete(node, link.get());
    }
  }
}
