package io.gantry.cni.filter;

import io.gantry.linux.netlink.IpPrefix;
import java.util.List;

/**
 * What one part of an owner has in the table. Made from a configuration and a result alone, so that
 * it can be made again.
 */
public record Elements(Part part, List<Element> elements) {

  public Elements {
    elements = List.copyOf(elements);
  }

  /**
   * Packets from these addresses leave as the node, except those to the address's own block and to
   * multicast groups.
   *
   * @param addresses each with the length of its block
   */
  public static Elements masquerade(List<IpPrefix> addresses) {
    return new Elements(Part.MASQUERADE, addresses.stream().map(Elements::masquerade).toList());
  }

  private static Element masquerade(IpPrefix address) {
    return Element.leading(
        address.isVersion4() ? "masquerade4" : "masquerade6",
        address.address().getHostAddress(),
        new BlockChain(BlockChain.Kind.OUTSIDE, address));
  }
}
