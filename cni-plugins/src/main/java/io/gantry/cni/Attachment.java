package io.gantry.cni;

import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.MacAddress;
import java.net.InetAddress;
import java.util.List;

/**
 * What a pod got.
 *
 * @param interfaceName inside the pod
 * @param hostInterface the veth's end on the node
 * @param addresses with their prefix length, the main one first
 * @param mtu bytes
 */
public record Attachment(
    String interfaceName,
    String hostInterface,
    MacAddress mac,
    List<IpPrefix> addresses,
    InetAddress gateway,
    List<PodRoute> routes,
    int mtu) {

  /** A route inside the pod. */
  public record PodRoute(IpPrefix destination, InetAddress gateway) {}

  public Attachment {
    addresses = List.copyOf(addresses);
    routes = List.copyOf(routes);
  }
}
