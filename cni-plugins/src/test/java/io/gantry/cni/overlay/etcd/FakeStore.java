package io.gantry.cni.overlay.etcd;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A store in memory that behaves as etcd does, and that a test can break. */
final class FakeStore implements Store {

  private record Watch(String prefix, Watcher watcher) {}

  private final Map<String, Value> values = new TreeMap<>();
  private final Map<String, Long> leases = new HashMap<>();
  private final List<Watch> watches = new ArrayList<>();
  private long revision = 1;
  private long lastLease;
  private Runnable beforePut = () -> {};
  private boolean answering = true;

  /** Runs before the next put, as another node might. */
  synchronized void beforeNextPut(Runnable other) {
    beforePut = other;
  }

  /** Ends all watches, and refuses all requests until it is back. */
  synchronized void answering(boolean on) {
    answering = on;
    if (!on) {
      List<Watch> broken = List.copyOf(watches);
      watches.clear();
      broken.forEach(watch -> watch.watcher().event(new Event("", "broken by the test")));
    }
  }

  private void ask() throws IOException {
    if (!answering) {
      throw new IOException("nobody answers");
    }
  }

  synchronized void set(String key, String text, long lease) {
    values.put(key, new Value(text, ++revision));
    leases.put(key, lease);
    tell(new Event(key, text));
  }

  /** Ends a lease and removes what it held. */
  synchronized void expire(long lease) {
    List<String> gone =
        leases.entrySet().stream()
            .filter(entry -> entry.getValue() == lease)
            .map(Map.Entry::getKey)
            .toList();
    for (String key : gone) {
      values.remove(key);
      leases.remove(key);
      revision++;
      tell(new Event(key, null));
    }
  }

  synchronized long leaseOf(String key) {
    return leases.getOrDefault(key, -1L);
  }

  private void tell(Event event) {
    for (Watch watch : List.copyOf(watches)) {
      if (event.key().startsWith(watch.prefix())) {
        watch.watcher().event(event);
      }
    }
  }

  @Override
  public synchronized long lease(Duration ttl) throws IOException {
    ask();
    return ++lastLease;
  }

  @Override
  public synchronized boolean renew(long lease) throws IOException {
    ask();
    return leases.containsValue(lease);
  }

  @Override
  public synchronized Listing list(String prefix) throws IOException {
    ask();
    Map<String, Value> found = new TreeMap<>(values);
    found.keySet().removeIf(key -> !key.startsWith(prefix));
    return new Listing(found, revision);
  }

  @Override
  public synchronized Optional<Value> get(String key) throws IOException {
    ask();
    return Optional.ofNullable(values.get(key));
  }

  @Override
  public synchronized boolean put(Map<String, Long> unchanged, List<Put> puts) throws IOException {
    ask();
    Runnable other = beforePut;
    beforePut = () -> {};
    other.run();
    for (Map.Entry<String, Long> condition : unchanged.entrySet()) {
      Value value = values.get(condition.getKey());
      if ((value == null ? 0 : value.revision()) != condition.getValue()) {
        return false;
      }
    }
    puts.forEach(put -> set(put.key(), put.text(), put.lease()));
    return true;
  }

  @Override
  public synchronized Watching watch(String prefix, long from, Watcher watcher) {
    Watch watch = new Watch(prefix, watcher);
    watches.add(watch);
    return () -> remove(watch);
  }

  private synchronized void remove(Watch watch) {
    watches.remove(watch);
  }

  @Override
  public void close() {}
}
