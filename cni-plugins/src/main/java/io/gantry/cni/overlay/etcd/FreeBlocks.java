package io.gantry.cni.overlay.etcd;

import io.gantry.linux.netlink.IpPrefix;
import java.util.Collection;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Blocks of a network that no node has. */
final class FreeBlocks {

  /** More nodes than any overlay has; keeps the search in a version 6 network short. */
  private static final long MOST = 1 << 20;

  private final IpPrefix network;
  private final int length;

  /**
   * The blocks of that many bits within a network.
   *
   * @param length at least the network's
   */
  FreeBlocks(IpPrefix network, int length) {
    if (length < network.length() || length > network.bits() - 2) {
      throw new IllegalArgumentException(
          "a node's block of %s must have %d to %d bits: %d"
              .formatted(network, network.length(), network.bits() - 2, length));
    }
    this.network = network.network();
    this.length = length;
  }

  /** How many nodes can have one. */
  long count() {
    int bits = length - network.length();
    return bits >= Long.numberOfTrailingZeros(MOST) ? MOST : 1L << bits;
  }

  /**
   * One that overlaps with none of those. The search begins by chance, so that nodes that search at
   * once rarely want the same, and a block that became free is not given out at once.
   */
  Optional<IpPrefix> choose(Collection<IpPrefix> taken, RandomGenerator random) {
    long count = count();
    long start = random.nextLong(count);
    for (long i = 0; i < count; i++) {
      IpPrefix block = at((start + i) % count);
      if (taken.stream().noneMatch(block::overlaps)) {
        return Optional.of(block);
      }
    }
    return Optional.empty();
  }

  /** The block of that number. */
  IpPrefix at(long number) {
    byte[] raw = network.address().getAddress();
    int shift = network.bits() - length;
    for (int bit = 0; bit < Long.SIZE && bit + shift < network.bits(); bit++) {
      if ((number >>> bit & 1) != 0) {
        int position = shift + bit;
        raw[raw.length - 1 - position / Byte.SIZE] |= (byte) (1 << position % Byte.SIZE);
      }
    }
    return new IpPrefix(IpPrefix.addressOf(raw), length);
  }
}
