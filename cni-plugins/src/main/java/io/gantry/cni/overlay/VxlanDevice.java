package io.gantry.cni.overlay;

import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.VxlanLink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The node's end of the overlay: one device, with the first address of each of its blocks. */
final class VxlanDevice {

  private static final String KIND = "vxlan";

  private final NetworkStack node;
  private final OverlaySettings settings;

  VxlanDevice(NetworkStack node, OverlaySettings settings) {
    this.node = node;
    this.settings = settings;
  }

  /**
   * Makes it, or makes it right. One that was made otherwise is made anew, as hardly anything of it
   * can be changed afterwards.
   *
   * @return its index
   */
  int ensure(Underlay underlay, List<IpPrefix> blocks) throws IOException {
    VxlanLink wanted =
        new VxlanLink(
            settings.device(),
            settings.vni(),
            underlay.address(),
            settings.port(),
            underlay.link(),
            Peer.macOf(underlay.address()),
            underlay.innerMtu());
    Link link = find().orElse(null);
    if (link != null && !node.links().vxlan(wanted.name()).equals(Optional.of(wanted))) {
      delete(node, link);
      link = null;
    }
    if (link == null) {
      link = made(wanted);
    }
    address(link.index(), blocks);
    if (!link.up()) {
      node.links().bringUp(link.index());
    }
    return link.index();
  }

  private Link made(VxlanLink wanted) throws IOException {
    try {
      node.links().create(wanted);
    } catch (SyscallException e) {
      if (e.is(Errno.EEXIST)) {
        throw new IOException(
            "another VXLAN device has number %d on port %d already: set overlay.vni or overlay.port"
                .formatted(wanted.vni(), wanted.port()),
            e);
      }
      throw e;
    }
    return find().orElseThrow(() -> new IOException("interface " + wanted.name() + " vanished"));
  }

  /** The device as it is; an interface of another kind with its name is an error. */
  Optional<Link> find() throws IOException {
    Optional<Link> found = node.links().find(settings.device());
    if (found.isPresent() && !found.get().kind().equals(KIND)) {
      throw new IOException(
          "interface %s is there and is no VXLAN device: rename it, or set overlay.device"
              .formatted(settings.device()));
    }
    return found;
  }

  private void address(int link, List<IpPrefix> blocks) throws IOException {
    List<InterfaceAddress> wanted = new ArrayList<>();
    for (IpPrefix block : blocks) {
      wanted.add(new InterfaceAddress(link, IpPrefix.host(block.at(0))));
    }
    List<InterfaceAddress> there = new ArrayList<>(node.addresses().list());
    there.removeIf(
        address -> address.link() != link || address.prefix().address().isLinkLocalAddress());
    for (InterfaceAddress address : wanted) {
      if (!there.remove(address)) {
        node.addresses().add(address);
      }
    }
    for (InterfaceAddress old : there) {
      node.addresses().remove(old);
    }
  }

  /** Takes a device away, and with it all routes and neighbours over it; none is fine. */
  static void remove(NetworkStack node, String name) throws IOException {
    Optional<Link> link = node.links().find(name);
    if (link.isPresent() && link.get().kind().equals(KIND)) {
      delete(node, link.get());
    }
  }

  private static void delete(NetworkStack node, Link link) throws IOException {
    try {
      node.links().delete(link.index());
    } catch (SyscallException e) {
      if (!e.is(Errno.ENODEV)) {
        throw e;
      }
    }
  }
}
