package io.gantry.cni.overlay;

import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Where packets between nodes go: this node's address and the interface that has it.
 *
 * @param mtu bytes that fit between nodes
 */
record Underlay(InetAddress address, int link, int mtu) {

  /** RFC 7348: the inner Ethernet header, VXLAN, UDP and the outer IP header. */
  private static final int OVERHEAD4 = 14 + 8 + 8 + 20;

  private static final int OVERHEAD6 = 14 + 8 + 8 + 40;

  /** RFC 8200, section 5, which is also more than version 4 asks for. */
  private static final int LEAST_MTU = 1280;

  /** What is chosen, or what the default route leads to. */
  static Underlay find(NetworkStack node, OverlaySettings.UnderlayChoice choice)
      throws IOException {
    InetAddress address = choice.address();
    List<InterfaceAddress> addresses = node.addresses().list();
    Link link = address == null ? linkOf(node, choice) : linkWith(node, addresses, address);
    InetAddress found = address == null ? addressOn(link, addresses) : address;
    if (choice.mtu() > link.mtu()) {
      throw new IOException(
          "interface %s takes only %d bytes: correct overlay.mtu, which is %d"
              .formatted(link.name(), link.mtu(), choice.mtu()));
    }
    int mtu = choice.mtu() == 0 ? link.mtu() : choice.mtu();
    Underlay underlay = new Underlay(found, link.index(), mtu);
    if (underlay.innerMtu() < LEAST_MTU) {
      throw new IOException(
          "%d bytes between nodes over %s are too few: pods need %d and the overlay's headers"
              .formatted(mtu, link.name(), LEAST_MTU));
    }
    return underlay;
  }

  private static Link linkWith(
      NetworkStack node, List<InterfaceAddress> addresses, InetAddress wanted) throws IOException {
    int index =
        addresses.stream()
            .filter(address -> address.prefix().address().equals(wanted))
            .mapToInt(InterfaceAddress::link)
            .findFirst()
            .orElseThrow(() ->
                new IOException(
                    "no interface of this node has address %s: correct overlay.address"
                        .formatted(IpPrefix.text(wanted))));
    return linkAt(node, index);
  }

  private static Link linkAt(NetworkStack node, int index) throws IOException {
    return node.links().list().stream()
        .filter(link -> link.index() == index)
        .findFirst()
        .orElseThrow(() -> new IOException("interface " + index + " is gone"));
  }

  private static Link linkOf(NetworkStack node, OverlaySettings.UnderlayChoice choice)
      throws IOException {
    if (!choice.linkName().isEmpty()) {
      return node.links()
          .find(choice.linkName())
          .orElseThrow(() ->
              new IOException(
                  "there is no interface %s: correct overlay.interface"
                      .formatted(choice.linkName())));
    }
    Route way =
        node.routes().list().stream()
            .filter(route -> route.isDefault() && route.link() != 0)
            .filter(route -> route.options().table() == 0)
            .min(
                Comparator.comparing((Route route) -> !route.destination().isVersion4())
                    .thenComparingLong(route -> Integer.toUnsignedLong(route.options().metric())))
            .orElseThrow(() ->
                new IOException(
                    "there is no default route to the other nodes:"
                        + " set overlay.interface or overlay.address"));
    return linkAt(node, way.link());
  }

  /** Version 4 before 6, and never one that only its own link knows. */
  private static InetAddress addressOn(Link link, List<InterfaceAddress> addresses)
      throws IOException {
    Optional<InetAddress> found =
        addresses.stream()
            .filter(address -> address.link() == link.index())
            .map(InterfaceAddress::prefix)
            .filter(prefix -> !prefix.address().isLinkLocalAddress())
            .min(Comparator.comparing(prefix -> !prefix.isVersion4()))
            .map(IpPrefix::address);
    return found.orElseThrow(() ->
        new IOException(
            "interface %s has no address for the other nodes: set overlay.address"
                .formatted(link.name())));
  }

  /** Bytes that fit into the overlay. */
  int innerMtu() {
    return mtu - (IpPrefix.host(address).isVersion4() ? OVERHEAD4 : OVERHEAD6);
  }
}
