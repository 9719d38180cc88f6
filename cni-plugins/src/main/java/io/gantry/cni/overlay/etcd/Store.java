package io.gantry.cni.overlay.etcd;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is used of etcd. A request that is not answered in time fails. */
interface Store extends AutoCloseable {

  /**
   * A value and when it was last changed.
   *
   * @param revision 0 stands for a key that is not there
   */
  record Value(String text, long revision) {}

  /**
   * What keys there were at one moment.
   *
   * @param revision of the whole store
   */
  record Listing(Map<String, Value> values, long revision) {

    /** When the key was last changed, or 0. */
    long revisionOf(String key) {
      Value value = values.get(key);
      return value == null ? 0 : value.revision();
    }
  }

  /** A value to be put, which goes when its lease ends. */
  record Put(String key, String text, long lease) {}

  /**
   * A change, or the end of the watch.
   *
   * @param key empty when the watch ended
   * @param text null when the key is gone; of an end, why
   */
  record Event(String key, @Nullable String text) {

    boolean isEnd() {
      return key.isEmpty();
    }
  }

  /** Takes events, on a thread of the store's; it must not block. */
  @FunctionalInterface
  interface Watcher {
    void event(Event event);
  }

  /** An open watch. */
  interface Watching extends AutoCloseable {
    @Override
    void close();
  }

  long lease(Duration ttl) throws IOException;

  /** Prolongs a lease; false when it ended. */
  boolean renew(long lease) throws IOException;

  /** All keys that begin so. */
  Listing list(String prefix) throws IOException;

  Optional<Value> get(String key) throws IOException;

  /**
   * Puts all or nothing.
   *
   * @param unchanged keys that must have been last changed at that revision; 0 for must not be
   *     there
   * @return false when one of them was changed
   */
  boolean put(Map<String, Long> unchanged, List<Put> puts) throws IOException;

  /** Tells all changes of keys that begin so from that revision on. */
  Watching watch(String prefix, long revision, Watcher watcher);

  @Override
  void close();
}
