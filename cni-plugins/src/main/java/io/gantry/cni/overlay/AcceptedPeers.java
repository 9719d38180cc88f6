package io.gantry.cni.overlay;

import io.gantry.linux.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The others whose packets may be sent to where they say. One that claims what is another's, or
 * what no node may have, is left out: its route would take traffic away from its owner.
 *
 * @param refusals for a person, one for each peer that was left out
 */
record AcceptedPeers(List<Peer> peers, List<String> refusals) {

  AcceptedPeers {
    peers = List.copyOf(peers);
    refusals = List.copyOf(refusals);
  }

  /** The same whatever order the source told them in. */
  static AcceptedPeers of(OverlaySettings settings, Peer self, List<Peer> others) {
    List<Peer> accepted = new ArrayList<>();
    accepted.add(self);
    List<String> refusals = new ArrayList<>();
    for (Peer peer : others.stream().sorted(Comparator.comparing(Peer::name)).toList()) {
      Optional<String> flaw = flaw(settings, self, peer, accepted);
      if (flaw.isPresent()) {
        refusals.add("node " + peer.name() + " is left out: " + flaw.get());
      } else if (!peer.blocks().isEmpty()) {
        accepted.add(peer);
      }
    }
    return new AcceptedPeers(accepted.subList(1, accepted.size()), refusals);
  }

  private static Optional<String> flaw(
      OverlaySettings settings, Peer self, Peer peer, List<Peer> accepted) {
    InetAddress address = peer.address();
    if (address.getClass() != self.address().getClass()) {
      return Optional.of(
          "its address %s is of another version than %s here"
              .formatted(IpPrefix.text(address), IpPrefix.text(self.address())));
    }
    if (address.isMulticastAddress()
        || address.isLoopbackAddress()
        || address.isAnyLocalAddress()
        || address.isLinkLocalAddress()) {
      return Optional.of("its address " + IpPrefix.text(address) + " is no node's");
    }
    if (settings.covers(IpPrefix.host(address))) {
      return Optional.of("its address " + IpPrefix.text(address) + " is within the overlay");
    }
    for (IpPrefix block : peer.blocks()) {
      if (!settings.covers(block)) {
        return Optional.of("its block " + block + " is not of " + settings.networks());
      }
    }
    return accepted.stream().flatMap(other -> clash(peer, other).stream()).findFirst();
  }

  private static Optional<String> clash(Peer peer, Peer other) {
    if (peer.address().equals(other.address())) {
      return Optional.of(
          "node " + other.name() + " has its address " + IpPrefix.text(peer.address()));
    }
    for (IpPrefix block : peer.blocks()) {
      for (IpPrefix taken : other.blocks()) {
        if (block.overlaps(taken)) {
          return Optional.of(
              "its block %s overlaps with %s of node %s".formatted(block, taken, other.name()));
        }
      }
    }
    return Optional.empty();
  }
}
