package io.gantry.cni.overlay.etcd;

import io.gantry.linux.netlink.IpPrefix;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where etcd is and how nodes share it.
 *
 * @param endpoints such as {@code https://192.0.2.10:2379}
 * @param tls null for plain connections, and for the system's own authorities
 * @param login null where etcd asks nobody who they are
 * @param prefix of all keys, without a slash at the end
 * @param networks the blocks that nodes' blocks are cut from
 * @param length4 bits of a node's block of version 4
 * @param length6 bits of a node's block of version 6
 * @param nodeTtl after which silence the others take a node for dead
 * @param blockTtl after which silence a node's block may become another's
 */
public record EtcdSettings(
    List<String> endpoints,
    @Nullable Tls tls,
    @Nullable Login login,
    String prefix,
    List<IpPrefix> networks,
    int length4,
    int length6,
    Duration nodeTtl,
    Duration blockTtl) {

  /**
   * Files in PEM. Each time it connects they are read again.
   *
   * @param authority whom to trust, or null for the system's
   * @param certificate of this node, or null where etcd asks for none
   * @param key of the certificate
   */
  public record Tls(@Nullable Path authority, @Nullable Path certificate, @Nullable Path key) {}

  /**
   * A user of etcd.
   *
   * @param passwordFile read each time it connects
   */
  public record Login(String user, Path passwordFile) {}

  private static final Duration LEAST_TTL = Duration.ofSeconds(5);

  public EtcdSettings {
    endpoints = List.copyOf(endpoints);
    networks = networks.stream().map(IpPrefix::network).toList();
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException("an overlay by etcd needs an endpoint");
    }
    if (nodeTtl.compareTo(LEAST_TTL) < 0 || blockTtl.compareTo(nodeTtl) < 0) {
      throw new IllegalArgumentException(
          "a node's time must be at least 5 seconds, and its block's at least as long: %s, %s"
              .formatted(nodeTtl, blockTtl));
    }
  }

  /** Bits of a node's block within that network. */
  int lengthIn(IpPrefix network) {
    return network.isVersion4() ? length4 : length6;
  }
}
