package io.gantry.cni;

import io.gantry.linux.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a pod asks of its networks.
 *
 * @param podId also the container id of the CNI specification
 * @param arguments of {@code CNI_ARGS}
 * @param wishes for plugins with the capabilities
 * @param annotations of the pod, for plugins with that capability
 * @param cgroupPath for plugins with that capability, or empty
 */
public record PodRequest(
    String podId,
    Map<String, String> arguments,
    List<PortMapping> ports,
    @Nullable Bandwidth bandwidth,
    Dns dns,
    Wishes wishes,
    Map<String, String> annotations,
    String cgroupPath) {

  /**
   * A port of the node that leads into the pod.
   *
   * @param hostAddress null: every address of the node
   * @param protocol tcp, udp or sctp
   */
  public record PortMapping(
      @Nullable InetAddress hostAddress, int hostPort, int containerPort, String protocol) {}

  /** Limits in bits per second and bits of burst; 0 is none. */
  public record Bandwidth(long ingressRate, long ingressBurst, long egressRate, long egressBurst) {}

  /** What the pod's resolv.conf says. */
  public record Dns(List<String> servers, List<String> searches, List<String> options) {}

  /**
   * What the pod wants its first interface to have, instead of what the network would choose.
   *
   * @param ips with or without the length of their block
   * @param mac or empty
   * @param ranges blocks that it gets an address of each of besides the network's
   * @param aliases names that lead to its addresses
   */
  public record Wishes(List<String> ips, String mac, List<IpPrefix> ranges, List<String> aliases) {

    public static final Wishes NONE = new Wishes(List.of(), "", List.of(), List.of());

    public Wishes {
      ips = List.copyOf(ips);
      ranges = List.copyOf(ranges);
      aliases = List.copyOf(aliases);
    }
  }

  public PodRequest {
    arguments = Map.copyOf(arguments);
    ports = List.copyOf(ports);
    annotations = Map.copyOf(annotations);
  }
}
