package io.gantry.config;

import java.nio.file.Path;
import java.util.List;

/**
 * The network of pods that this node shares with others.
 *
 * @param source file, etcd or kubernetes; empty when the node is in no overlay
 * @param nodeName empty for the machine's
 * @param networks blocks such as {@code 10.244.0.0/16}
 * @param address that the others send to, or empty for one of the interface
 * @param interfaceName empty for the default route's
 * @param mtu bytes between nodes, or 0 for the interface's
 * @param peersFile for the source {@code file}
 */
public record OverlaySettings(
    String source,
    String nodeName,
    List<String> networks,
    String device,
    int vni,
    int port,
    String address,
    String interfaceName,
    int mtu,
    Path peersFile,
    Etcd etcd,
    Kubernetes kubernetes) {

  static final OverlaySettings DEFAULT =
      new OverlaySettings(
          "",
          "",
          List.of("10.244.0.0/16"),
          "gantry-vxlan",
          1,
          4789,
          "",
          "",
          0,
          Path.of("/etc/gantry/overlay.json"),
          new Etcd(List.of(), "/gantry/overlay", "", "", "", "", "", 24, 64, 60, 24),
          new Kubernetes("", "", "", "", ""));

  /**
   * For the source {@code etcd}. Files and user may be empty.
   *
   * @param blockLength bits of a node's block of version 4
   * @param blockLength6 the same of version 6
   */
  public record Etcd(
      List<String> endpoints,
      String prefix,
      String caFile,
      String certFile,
      String keyFile,
      String user,
      String passwordFile,
      int blockLength,
      int blockLength6,
      int nodeTtlSeconds,
      int blockTtlHours) {

    public Etcd {
      endpoints = List.copyOf(endpoints);
    }
  }

  /** For the source {@code kubernetes}. Files may be empty. */
  public record Kubernetes(
      String server, String caFile, String tokenFile, String certFile, String keyFile) {}

  public OverlaySettings {
    networks = List.copyOf(networks);
  }

  public boolean isOn() {
    return !source.isEmpty();
  }
}
