package io.gantry.cni.overlay;

import io.gantry.linux.netlink.IpPrefix;
import java.util.List;

/**
 * How the overlay is doing.
 *
 * @param own this node's blocks
 * @param peers the others that packets are sent to
 * @param refusals others that are left out, and why
 * @param problem what is wrong, or empty
 */
public record OverlayStatus(
    List<IpPrefix> own, List<Peer> peers, List<String> refusals, String problem) {

  public OverlayStatus {
    own = List.copyOf(own);
    peers = List.copyOf(peers);
    refusals = List.copyOf(refusals);
  }
}
