package io.gantry.cni.portmap;

import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.ConfigNode;
import io.gantry.linux.netlink.IpPrefix;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One entry of the capability {@code portMappings} (CNI conventions).
 *
 * @param protocol its number
 * @param hostAddress one address of the node, all of a version (0.0.0.0, ::), or nothing for all
 */
record PortMapping(
    int protocol, Optional<InetAddress> hostAddress, int hostPort, int containerPort) {

  private static final Map<String, Integer> PROTOCOLS = Map.of("tcp", 6, "udp", 17, "sctp", 132);
  private static final int LARGEST_PORT = 65535;

  /** Those of a container, each port of the node once. */
  static List<PortMapping> read(ConfigNode runtimeConfig) throws CniException {
    List<PortMapping> mappings = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (ConfigNode node : runtimeConfig.nodes("portMappings")) {
      PortMapping mapping = of(node);
      if (!seen.add(mapping.toString())) {
        throw CniException.invalid("host port " + mapping + " is mapped twice");
      }
      mappings.add(mapping);
    }
    return List.copyOf(mappings);
  }

  private static PortMapping of(ConfigNode node) throws CniException {
    String name = node.text("protocol", "tcp").toLowerCase(Locale.ROOT);
    Integer protocol = PROTOCOLS.get(name);
    if (protocol == null) {
      throw CniException.invalid(
          "field " + node.pathOf("protocol") + " must be tcp, udp or sctp, not " + name);
    }
    return new PortMapping(
        protocol, node.address("hostIP"), port(node, "hostPort"), port(node, "containerPort"));
  }

  private static int port(ConfigNode node, String field) throws CniException {
    if (!node.has(field)) {
      throw CniException.invalid("field " + node.pathOf(field) + " is missing");
    }
    return (int) node.number(field, 0, 1, LARGEST_PORT);
  }

  /** Whether it is for pods' addresses of that version. */
  boolean isFor(boolean version4) {
    return hostAddress.isEmpty() || hostAddress.get() instanceof Inet4Address == version4;
  }

  /** The one address of the node that it is for, or nothing. */
  Optional<InetAddress> singleAddress() {
    return hostAddress.filter(address -> !address.isAnyLocalAddress());
  }

  /** The node's side, such as {@code tcp 8080 on 192.0.2.1}. */
  @Override
  public String toString() {
    String name =
        PROTOCOLS.entrySet().stream()
            .filter(entry -> entry.getValue() == protocol)
            .findFirst()
            .orElseThrow()
            .getKey();
    return name
        + " "
        + hostPort
        + singleAddress().map(address -> " on " + IpPrefix.text(address)).orElse("");
  }
}
