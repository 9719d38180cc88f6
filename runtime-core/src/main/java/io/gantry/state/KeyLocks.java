package io.gantry.state;

import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock per key, there as long as somebody has it or waits for it.
 *
 * @param <K> what is locked
 */
public final class KeyLocks<K> {

  private static final class Counted {
    final ReentrantLock lock = new ReentrantLock();
    int users;
  }

  private final ConcurrentHashMap<K, Counted> locks = new ConcurrentHashMap<>();

  /** Had until it is closed, by the thread that took it. */
  public interface Held extends AutoCloseable {
    @Override
    void close();
  }

  /** Waits until nobody else has that key. */
  public Held hold(K key) {
    Counted counted =
        Objects.requireNonNull(
            locks.compute(
                key,
                (_, known) -> {
                  Counted mine = known == null ? new Counted() : known;
                  mine.users++;
                  return mine;
                }));
    counted.lock.lock();
    return () -> {
      counted.lock.unlock();
      locks.computeIfPresent(key, (_, known) -> --known.users == 0 ? null : known);
    };
  }
}
