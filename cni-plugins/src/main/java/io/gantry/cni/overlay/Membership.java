package io.gantry.cni.overlay;

import io.gantry.linux.netlink.IpPrefix;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a source knows at one moment.
 *
 * @param own the node's own blocks; empty where it has none
 * @param ownUntil when they may become another node's unless the source says more; null for never
 * @param others all other nodes
 */
public record Membership(List<IpPrefix> own, @Nullable Instant ownUntil, List<Peer> others) {

  public Membership {
    own = own.stream().map(IpPrefix::network).toList();
    others = List.copyOf(others);
  }

  /** What a list of all nodes says to the one of that name. */
  public static Membership of(String nodeName, List<Peer> all) {
    List<IpPrefix> own = new ArrayList<>();
    List<Peer> others = new ArrayList<>();
    for (Peer peer : all) {
      if (peer.name().equals(nodeName)) {
        own.addAll(peer.blocks());
      } else {
        others.add(peer);
      }
    }
    return new Membership(own, null, others);
  }
}
