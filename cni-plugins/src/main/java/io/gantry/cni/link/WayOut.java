package io.gantry.cni.link;

import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.Route;
import java.io.IOException;
import java.util.List;

/** How packets leave the node. */
public final class WayOut {

  private static final int ETHERNET_MTU = 1500;

  private WayOut() {}

  /** What containers' packets must fit: the mtu of the default route's interface, in bytes. */
  public static int mtu(NetworkStack node) throws IOException {
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
}
