package io.gantry.cni.filter;

import io.gantry.linux.netlink.IpPrefix;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one part of an owner has in the table. Made from a configuration and a result alone, so that
 * it can be made again.
 */
public record Elements(Part part, List<Element> elements) {

  private static final String BRIDGE = "[A-Za-z0-9_.-]{1,15}";

  public Elements {
    elements = List.copyOf(elements);
  }

  /** Nothing. */
  public static Elements none(Part part) {
    return new Elements(part, List.of());
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

  /**
   * Ports of the node that lead to a pod's. No two owners can have the same.
   *
   * @param forwards of one pod
   */
  public static Elements ports(List<PortForward> forwards) {
    return new Elements(Part.PORTS, forwards.stream().flatMap(Elements::port).distinct().toList());
  }

  private static Stream<Element> port(PortForward forward) {
    char version = forward.pod().isVersion4() ? '4' : '6';
    String port = forward.protocol() + Element.BETWEEN + forward.hostPort();
    InetAddress host = forward.hostAddress();
    String pod = IpPrefix.text(forward.pod().address());
    String target = pod + Element.BETWEEN + forward.podPort();
    Element element =
        host == null
            ? Element.answering(Element.PORTS + version, port, target)
            : Element.answering(
                Element.ADDRESS_PORTS + version,
                IpPrefix.text(host) + Element.BETWEEN + port,
                target);
    String arrival =
        String.join(Element.BETWEEN, pod, "" + forward.protocol(), "" + forward.podPort());
    return switch (forward.disguise()) {
      case NONE -> Stream.of(element);
      case NEIGHBOURS ->
          Stream.of(
              element, disguise(version, arrival, SharedChain.Kind.NEIGHBOURS, forward.pod()));
      case ALL ->
          Stream.of(element, disguise(version, arrival, SharedChain.Kind.ALL, forward.pod()));
    };
  }

  private static Element disguise(
      char version, String arrival, SharedChain.Kind kind, IpPrefix pod) {
    return Element.leading("disguise" + version, arrival, SharedChain.of(kind, pod));
  }

  /**
   * Addresses that pods which are walled as well do not reach.
   *
   * @param bridge that the pod is on: a name of letters, digits, dots, dashes and underscores
   * @param addresses of the pod
   */
  public static Elements walls(String bridge, List<InetAddress> addresses, Walls walls) {
    if (!bridge.matches(BRIDGE)) {
      throw new IllegalArgumentException("not a name that a chain can have: " + bridge);
    }
    SharedChain.Kind kind =
        switch (walls) {
          case OTHER_BRIDGES -> SharedChain.Kind.WALL;
          case EVERY_POD -> SharedChain.Kind.CELL;
        };
    SharedChain chain = new SharedChain(kind, bridge);
    return new Elements(
        Part.FIREWALL, addresses.stream().flatMap(address -> wall(address, chain)).toList());
  }

  private static Stream<Element> wall(InetAddress address, SharedChain chain) {
    char version = address instanceof Inet4Address ? '4' : '6';
    String key = IpPrefix.text(address);
    return Stream.of(
        Element.leading("walled" + version, key, chain),
        Element.answering("origins" + version, key, "drop"));
  }

  public boolean isEmpty() {
    return elements.isEmpty();
  }

  /** The ports of the node that lead to pods for that protocol. */
  public Set<Integer> hostPorts(int protocol) {
    return elements.stream()
        .flatMap(element -> element.hostPort(protocol).stream())
        .collect(Collectors.toSet());
  }

  private static Element masquerade(IpPrefix address) {
    return Element.leading(
        address.isVersion4() ? "masquerade4" : "masquerade6",
        IpPrefix.text(address.address()),
        SharedChain.of(SharedChain.Kind.OUTSIDE, address));
  }
}
