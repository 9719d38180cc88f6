package io.gantry.cni;

import java.util.List;

/**
 * The overlay for people to look at.
 *
 * @param source where the nodes come from
 * @param problem what is wrong with it as a whole, or empty
 * @param nodes this one first
 * @param leftOut nodes that no packets are sent to, with the reasons
 */
public record OverlaySummary(
    String source, String problem, List<Node> nodes, List<String> leftOut) {

  /**
   * A node.
   *
   * @param address where it takes packets for its pods
   * @param blocks of its pods' addresses
   * @param self whether it is this one
   * @param seenWithinSeconds how long ago it last showed itself at most; 0 where nobody knows
   */
  public record Node(
      String name, String address, List<String> blocks, boolean self, int seenWithinSeconds) {

    public Node {
      blocks = List.copyOf(blocks);
    }
  }

  public OverlaySummary {
    nodes = List.copyOf(nodes);
    leftOut = List.copyOf(leftOut);
  }
}
