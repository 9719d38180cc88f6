package io.gantry.cni;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a pod asks of its networks.
 *
 * @param podId also the container id of the CNI specification
 * @param arguments of {@code CNI_ARGS}
 * @param annotations of the pod, for plugins with that capability
 * @param cgroupPath for plugins with that capability, or empty
 */
public record PodRequest(
    String podId,
    Map<String, String> arguments,
    List<PortMapping> ports,
    @Nullable Bandwidth bandwidth,
    Dns dns,
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

  public PodRequest {
    arguments = Map.copyOf(arguments);
    ports = List.copyOf(ports);
    annotations = Map.copyOf(annotations);
  }
}
