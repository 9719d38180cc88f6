package io.gantry.cni.overlay.etcd;

import io.gantry.cni.overlay.Peer;
import io.gantry.cni.overlay.PeerSource;
import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Makes blocks, and the node's name, this node's own. */
final class Claims {

  /** Each failure means that another node got a block, so it ends with the last of them. */
  private static final int MOST_TRIES = 100;

  private final Store store;
  private final EtcdSettings settings;
  private final PeerSource.Self self;
  private final RandomGenerator random;

  Claims(Store store, EtcdSettings settings, PeerSource.Self self, RandomGenerator random) {
    this.store = store;
    this.settings = settings;
    this.self = self;
    this.random = random;
  }

  private String allocations() {
    return settings.prefix() + "/blocks";
  }

  private String key(IpPrefix block) {
    String address = IpPrefix.text(block.address());
    return allocations() + "/" + address + "-" + block.length();
  }

  /**
   * One block of each network: that which the node had, or has in etcd, or a free one.
   *
   * @param lease how long they stay its own
   * @throws RefusedException when another node has what this one had, or all are taken
   */
  List<IpPrefix> blocks(long lease) throws IOException {
    for (int i = 0; i < MOST_TRIES; i++) {
      Store.Listing listing = store.list(allocations());
      Map<IpPrefix, String> owners = owners(listing);
      List<IpPrefix> wanted = new ArrayList<>();
      for (IpPrefix network : settings.networks()) {
        wanted.add(wanted(network, owners));
      }
      Map<String, Long> unchanged = unchanged(listing, wanted, owners);
      if (store.put(unchanged, puts(wanted, lease, unchanged.containsKey(allocations())))) {
        return wanted;
      }
    }
    throw new IOException(
        "other nodes took blocks under %s while this one tried, %d times"
            .formatted(settings.prefix(), MOST_TRIES));
  }

  private Map<IpPrefix, String> owners(Store.Listing listing) {
    Map<IpPrefix, String> owners = new HashMap<>();
    String start = allocations() + "/";
    listing
        .values()
        .forEach((key, value) -> {
          if (key.startsWith(start)) {
            parse(key.substring(start.length()))
                .ifPresent(block -> owners.put(block, value.text()));
          }
        });
    return owners;
  }

  /** Keys that are none of ours stand in nobody's way. */
  private static Optional<IpPrefix> parse(String text) {
    int dash = text.lastIndexOf('-');
    if (dash < 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(IpPrefix.parse(text.substring(0, dash) + "/" + text.substring(dash + 1)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private IpPrefix wanted(IpPrefix network, Map<IpPrefix, String> owners) throws RefusedException {
    for (IpPrefix had : self.had()) {
      if (within(network, had)) {
        refuseIfTaken(had, owners);
        return had;
      }
    }
    for (Map.Entry<IpPrefix, String> owned : owners.entrySet()) {
      if (owned.getValue().equals(self.name()) && within(network, owned.getKey())) {
        return owned.getKey();
      }
    }
    FreeBlocks free = new FreeBlocks(network, settings.lengthIn(network));
    return free.choose(owners.keySet(), random)
        .orElseThrow(() ->
            new RefusedException(
                "all %d blocks of %s are other nodes': remove keys of nodes that will not return"
                        .formatted(free.count(), network)
                    + " under "
                    + allocations()));
  }

  private static boolean within(IpPrefix network, IpPrefix block) {
    return block.length() >= network.length() && network.contains(block.address());
  }

  private void refuseIfTaken(IpPrefix had, Map<IpPrefix, String> owners) throws RefusedException {
    for (Map.Entry<IpPrefix, String> owned : owners.entrySet()) {
      if (owned.getKey().overlaps(had) && !owned.getValue().equals(self.name())) {
        throw new RefusedException(
            "block %s of this node went to node %s while this one was away: remove the pods of"
                    .formatted(had, owned.getValue())
                + " this node and its overlay file, and restart the daemon");
      }
    }
  }

  /** Only who takes what it did not have must be the only one to do so. */
  private Map<String, Long> unchanged(
      Store.Listing listing, List<IpPrefix> wanted, Map<IpPrefix, String> owners) {
    Map<String, Long> unchanged = new HashMap<>();
    for (IpPrefix block : wanted) {
      unchanged.put(key(block), listing.revisionOf(key(block)));
      if (!owners.containsKey(block)) {
        unchanged.put(allocations(), listing.revisionOf(allocations()));
      }
    }
    return unchanged;
  }

  private List<Store.Put> puts(List<IpPrefix> wanted, long lease, boolean isNew) {
    List<Store.Put> puts = new ArrayList<>();
    wanted.forEach(block -> puts.add(new Store.Put(key(block), self.name(), lease)));
    if (isNew) {
      puts.add(new Store.Put(allocations(), self.name(), 0));
    }
    return puts;
  }

  /**
   * Tells the others of this node.
   *
   * @param lease how long it is alive
   * @throws RefusedException when a node of that name is alive elsewhere
   */
  void node(String key, List<IpPrefix> blocks, long lease) throws IOException {
    Optional<Store.Value> before = store.get(key);
    if (before.isPresent()) {
      Peer other = NodeRecord.read(self.name(), before.get().text());
      if (!other.address().equals(self.address())) {
        throw new RefusedException(
            "a node of the name %s is alive at %s: set overlay.node_name, or wait until it is gone"
                .formatted(self.name(), IpPrefix.text(other.address())));
      }
    }
    String text = NodeRecord.write(new Peer(self.name(), self.address(), blocks));
    long revision = before.map(Store.Value::revision).orElse(0L);
    if (!store.put(Map.of(key, revision), List.of(new Store.Put(key, text, lease)))) {
      throw new IOException("what etcd has of node " + self.name() + " was changed meanwhile");
    }
  }
}
