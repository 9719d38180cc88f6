package io.gantry.cni.ipam;

import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.Route;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The private blocks (RFC 1918) that a network without configuration may use, best first. */
public final class PrivateBlocks {

  /**
   * A shorter route, such as the two halves of everything that some VPNs install, says where other
   * networks are reached and not that their addresses are in use here.
   */
  private static final int SHORTEST_OCCUPYING = 8;

  private PrivateBlocks() {}

  /** Blocks that home routers, clouds and other container tools rarely pick come first. */
  public static List<IpPrefix> candidates() {
    return Stream.of(
            IntStream.range(88, 128).mapToObj(n -> "10." + n + ".0.0/16"),
            IntStream.range(20, 32).mapToObj(n -> "172." + n + ".0.0/16"),
            IntStream.range(6, 16).mapToObj(n -> "192.168." + n * 16 + ".0/20"))
        .flatMap(blocks -> blocks)
        .map(IpPrefix::parse)
        .toList();
  }

  /**
   * What the node's interfaces and routes use.
   *
   * @param except index of the network's own bridge, or 0
   */
  public static List<Occupied> occupied(NetworkStack node, int except) throws IOException {
    List<Occupied> all = new ArrayList<>();
    for (InterfaceAddress address : node.addresses().list()) {
      if (except == 0 || address.link() != except) {
        all.add(new Occupied(address.prefix(), "address " + address.prefix()));
      }
    }
    for (Route route : node.routes().list()) {
      boolean own = except != 0 && route.link() == except;
      if (!own && route.destination().length() >= SHORTEST_OCCUPYING) {
        all.add(new Occupied(route.destination(), "route to " + route.destination()));
      }
    }
    return List.copyOf(all);
  }

  /** What stands in the way of using the block. */
  public static Optional<Occupied> conflict(IpPrefix block, List<Occupied> occupied) {
    return occupied.stream().filter(other -> other.prefix().overlaps(block)).findFirst();
  }

  /** The first candidate that nothing overlaps. */
  public static Optional<IpPrefix> choose(List<IpPrefix> candidates, List<Occupied> occupied) {
    return candidates.stream().filter(block -> conflict(block, occupied).isEmpty()).findFirst();
  }
}
