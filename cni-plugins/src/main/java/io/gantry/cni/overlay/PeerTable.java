package io.gantry.cni.overlay;

import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import io.gantry.linux.netlink.ForwardingEntry;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Neighbour;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.Route;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What the kernel is told of the others. A packet for a pod elsewhere goes by the route to its
 * node's block, whose gateway is the block's first address; the neighbour entry gives that the
 * node's link address; the forwarding entry sends frames for it to the node's own address.
 */
final class PeerTable {

  /** All that is in the kernel over one device, or should be. */
  private record Entries(
      Set<ForwardingEntry> forwarding, Set<Neighbour> neighbours, Set<Route> routes) {}

  /** One change. */
  @FunctionalInterface
  private interface Change<T> {
    void make(T entry) throws IOException;
  }

  private final NetworkStack node;

  PeerTable(NetworkStack node) {
    this.node = node;
  }

  /**
   * Makes the kernel's entries over the device those of the peers, and leaves alone what is right.
   *
   * @return how many entries were changed
   */
  int apply(int device, List<Peer> peers) throws IOException {
    Entries wanted = wanted(device, peers);
    Entries there = there(device);
    // what leads to an entry goes before it and comes after it
    int changed = remove(without(there.routes(), wanted.routes()), node.routes()::remove);
    changed += put(without(wanted.forwarding(), there.forwarding()), node.neighbours()::put);
    changed += put(without(wanted.neighbours(), there.neighbours()), node.neighbours()::put);
    changed += put(without(wanted.routes(), there.routes()), node.routes()::replace);
    changed += remove(oldNeighbours(there, wanted), node.neighbours()::remove);
    changed += remove(oldForwarding(there, wanted), node.neighbours()::remove);
    return changed;
  }

  private static Entries wanted(int device, List<Peer> peers) {
    Set<ForwardingEntry> forwarding = new LinkedHashSet<>();
    Set<Neighbour> neighbours = new LinkedHashSet<>();
    Set<Route> routes = new LinkedHashSet<>();
    for (Peer peer : peers) {
      forwarding.add(new ForwardingEntry(device, peer.mac(), peer.address()));
      for (IpPrefix block : peer.blocks()) {
        neighbours.add(new Neighbour(device, block.at(0), peer.mac()));
        Route.Options options = Route.Options.NONE.throughAnyGateway();
        routes.add(new Route(block, block.at(0), device, options));
      }
    }
    return new Entries(forwarding, neighbours, routes);
  }

  /** Routes without a gateway are the kernel's own. */
  private Entries there(int device) throws IOException {
    Set<ForwardingEntry> forwarding = new LinkedHashSet<>(node.neighbours().forwarding());
    forwarding.removeIf(entry -> entry.link() != device);
    Set<Neighbour> neighbours = new LinkedHashSet<>(node.neighbours().list());
    neighbours.removeIf(neighbour -> neighbour.link() != device);
    Set<Route> routes = new LinkedHashSet<>(node.routes().list());
    routes.removeIf(
        route -> route.link() != device || route.gateway() == null || route.options().table() != 0);
    return new Entries(forwarding, neighbours, routes);
  }

  private static <T> List<T> without(Set<T> some, Set<T> others) {
    return some.stream().filter(entry -> !others.contains(entry)).toList();
  }

  /** One whose address is still wanted with another link address was replaced. */
  private static List<Neighbour> oldNeighbours(Entries there, Entries wanted) {
    Set<Object> kept = new HashSet<>();
    wanted.neighbours().forEach(neighbour -> kept.add(neighbour.address()));
    List<Neighbour> old = new ArrayList<>(without(there.neighbours(), wanted.neighbours()));
    old.removeIf(neighbour -> kept.contains(neighbour.address()));
    return old;
  }

  private static List<ForwardingEntry> oldForwarding(Entries there, Entries wanted) {
    Set<Object> kept = new HashSet<>();
    wanted.forwarding().forEach(entry -> kept.add(entry.mac()));
    List<ForwardingEntry> old = new ArrayList<>(without(there.forwarding(), wanted.forwarding()));
    old.removeIf(entry -> kept.contains(entry.mac()));
    return old;
  }

  private static <T> int put(List<T> entries, Change<T> change) throws IOException {
    for (T entry : entries) {
      change.make(entry);
    }
    return entries.size();
  }

  /** What went by itself meanwhile is fine. */
  private static <T> int remove(List<T> entries, Change<T> change) throws IOException {
    for (T entry : entries) {
      try {
        change.make(entry);
      } catch (SyscallException e) {
        if (!e.is(Errno.ENOENT) && !e.is(Errno.ESRCH)) {
          throw e;
        }
      }
    }
    return entries.size();
  }
}
