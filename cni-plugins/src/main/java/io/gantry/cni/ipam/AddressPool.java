package io.gantry.cni.ipam;

import io.gantry.cni.AddressesExhaustedException;
import io.gantry.linux.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who has which address of one block, in memory. The first host address is the gateway's. Addresses
 * go round: one that was released is given out again only after all others. Thread-safe.
 */
public final class AddressPool {

  /** More pods than any node has; keeps the map of a version 6 block small. */
  private static final long LARGEST_SPAN = 1 << 20;

  private static final int GATEWAY_OFFSET = 1;

  private final IpPrefix block;
  private final int span;
  private final BitSet used = new BitSet();
  private final Map<String, Integer> offsets = new HashMap<>();
  private int last = GATEWAY_OFFSET;

  /**
   * A pool of which nothing is in use.
   *
   * @param block with at least four addresses
   */
  public AddressPool(IpPrefix block) {
    this.block = block.network();
    int hostBits = block.bits() - block.length();
    if (hostBits < 2) {
      throw new IllegalArgumentException("too small a block for pods: " + block);
    }
    // the last address of a block is its broadcast address
    this.span = (int) Math.min((1L << Math.min(hostBits, 32)) - 1, LARGEST_SPAN);
  }

  public IpPrefix block() {
    return block;
  }

  public InetAddress gateway() {
    return block.at(GATEWAY_OFFSET);
  }

  /** How many addresses there are for pods. */
  public int capacity() {
    return span - GATEWAY_OFFSET - 1;
  }

  public synchronized int inUse() {
    return offsets.size();
  }

  /** The holder's address: the one it has, or a free one. */
  public synchronized InetAddress take(String holder) throws AddressesExhaustedException {
    Integer had = offsets.get(holder);
    return block.at(had == null ? assign(holder, nextFree()) : had);
  }

  private int nextFree() throws AddressesExhaustedException {
    int free = used.nextClearBit(last + 1);
    if (free >= span) {
      free = used.nextClearBit(GATEWAY_OFFSET + 1);
    }
    if (free >= span) {
      throw new AddressesExhaustedException(block.toString(), offsets.size());
    }
    return free;
  }

  private int assign(String holder, int offset) {
    used.set(offset);
    offsets.put(holder, offset);
    last = offset;
    return offset;
  }

  /**
   * Gives a holder the address it is known to have.
   *
   * @return false when the address is not of this block, or another holder has it
   */
  public synchronized boolean claim(String holder, InetAddress address) {
    Integer had = offsets.get(holder);
    if (had != null) {
      return block.at(had).equals(address);
    }
    int offset = offsetOf(address);
    if (offset <= GATEWAY_OFFSET || offset >= span || used.get(offset)) {
      return false;
    }
    assign(holder, offset);
    return true;
  }

  private int offsetOf(InetAddress address) {
    if (!block.contains(address)) {
      return -1;
    }
    byte[] raw = address.getAddress();
    byte[] base = block.address().getAddress();
    long offset = 0;
    for (int i = 0; i < raw.length; i++) {
      offset = (offset << Byte.SIZE) | ((raw[i] ^ base[i]) & 0xFF);
      if (offset >= LARGEST_SPAN << Byte.SIZE) {
        return -1;
      }
    }
    return (int) Math.min(offset, Integer.MAX_VALUE);
  }

  /** Frees the holder's address; a holder without one is fine. */
  public synchronized void release(String holder) {
    @Nullable Integer offset = offsets.remove(holder);
    if (offset != null) {
      used.clear(offset);
    }
  }

  /** Who has which address now. */
  public synchronized Map<String, InetAddress> holders() {
    Map<String, InetAddress> holders = new HashMap<>();
    offsets.forEach((holder, offset) -> holders.put(holder, block.at(offset)));
    return Map.copyOf(holders);
  }
}
