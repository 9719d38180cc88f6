package io.gantry.rpc;

import io.gantry.api.cri.v1.PortMapping;
import io.gantry.api.cri.v1.Protocol;
import io.gantry.cni.PodRequest;
import io.gantry.pod.NamespaceMode;
import io.gantry.pod.NamespaceOptions;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ports of the node that lead into pods (CRI PortMapping). */
final class PortMessages {

  private static final int LAST_PORT = 65535;

  private PortMessages() {}

  /** With the machine's network the ports are the machine's already, and nothing is to be done. */
  static List<PodRequest.PortMapping> ports(
      List<PortMapping> messages, NamespaceOptions namespaces, Field field) {
    List<PodRequest.PortMapping> ports = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      PortMapping message = messages.get(i);
      Field item = field.item(i);
      item.in("container_port").between(message.getContainerPort(), 0, LAST_PORT);
      item.in("host_port").between(message.getHostPort(), 0, LAST_PORT);
      if (message.getHostPort() > 0 && namespaces.network() == NamespaceMode.POD) {
        ports.add(port(message, item));
      }
    }
    return List.copyOf(ports);
  }

  private static PodRequest.PortMapping port(PortMapping message, Field field) {
    if (message.getContainerPort() == 0) {
      throw field.in("container_port").wrong("is 0", "name the port that host_port leads to");
    }
    return new PodRequest.PortMapping(
        address(message.getHostIp(), field.in("host_ip")),
        message.getHostPort(),
        message.getContainerPort(),
        protocol(message.getProtocol(), field.in("protocol")));
  }

  private static @Nullable InetAddress address(String text, Field field) {
    try {
      InetAddress address = text.isEmpty() ? null : InetAddress.ofLiteral(text);
      return address == null || address.isAnyLocalAddress() ? null : address;
    } catch (IllegalArgumentException e) {
      throw field.wrong("is " + text, "give an address of this node, or nothing for all");
    }
  }

  private static String protocol(Protocol protocol, Field field) {
    return switch (protocol) {
      case TCP -> "tcp";
      case UDP -> "udp";
      case SCTP -> "sctp";
      case UNRECOGNIZED -> throw field.wrong("is unknown", "use TCP, UDP or SCTP");
    };
  }
}
