package io.gantry.cni.bandwidth;

import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.ConfigNode;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.linux.netlink.Traffic.TokenBucket;
import java.util.List;
import java.util.Optional;

/**
 * What a container may get (ingress) and send (egress), as the capability {@code bandwidth} has it;
 * the same fields may stand in the configuration itself, where they come first.
 */
record Limits(Optional<Limit> ingress, Optional<Limit> egress) {

  private static final List<String> FIELDS =
      List.of("ingressRate", "ingressBurst", "egressRate", "egressBurst");
  private static final long LARGEST_BYTES = 0xFFFF_FFFFL;

  /** Bytes that wait are late by that much at most. */
  private static final long LATENCY_MILLIS = 25;

  /** Ethernet's header with a VLAN tag. */
  private static final int HEADER_BYTES = 18;

  private static final long SECOND_MILLIS = 1000;

  /**
   * One direction.
   *
   * @param rate bits a second
   * @param burst bits
   */
  record Limit(String direction, long rate, long burst) {

    /** The queue for a link with that mtu. */
    TokenBucket bucket(int mtu) throws CniException {
      long burstBytes = burst / Byte.SIZE;
      if (burstBytes < mtu + HEADER_BYTES) {
        throw CniException.invalid(
            "field %sBurst must be at least one packet of %d bytes, %d bits, or nothing passes: %d"
                .formatted(direction, mtu + HEADER_BYTES, (mtu + HEADER_BYTES) * Byte.SIZE, burst));
      }
      long rateBytes = Math.max(1, rate / Byte.SIZE);
      long waiting = (long) (rateBytes / (double) SECOND_MILLIS * LATENCY_MILLIS);
      long limit = Math.min(LARGEST_BYTES, waiting + burstBytes);
      return new TokenBucket(rateBytes, burstBytes, limit);
    }
  }

  static Limits of(PluginConfig config) throws CniException {
    ConfigNode fields = config.fields();
    boolean own = FIELDS.stream().anyMatch(fields::has);
    ConfigNode node = own ? fields : config.runtimeConfig().node("bandwidth");
    return new Limits(limit(node, "ingress"), limit(node, "egress"));
  }

  private static Optional<Limit> limit(ConfigNode node, String direction) throws CniException {
    long rate = node.number(direction + "Rate", 0, 0, Long.MAX_VALUE);
    long burst = node.number(direction + "Burst", 0, 0, LARGEST_BYTES * Byte.SIZE + Byte.SIZE - 1);
    if (rate == 0 && burst == 0) {
      return Optional.empty();
    }
    if (rate == 0 || burst == 0) {
      throw CniException.invalid(
          "fields %1$sRate and %1$sBurst must both be there or none".formatted(direction));
    }
    return Optional.of(new Limit(direction, rate, burst));
  }

  boolean isEmpty() {
    return ingress.isEmpty() && egress.isEmpty();
  }
}
