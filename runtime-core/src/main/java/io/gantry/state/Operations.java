package io.gantry.state;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Operations by name: whoever asks for one that is under way waits for it and gets its result, so
 * that a retry never does the work twice and is never told that a name is reserved.
 *
 * @param <K> what names an operation
 * @param <V> its result
 */
public final class Operations<K, V> {

  private final ConcurrentHashMap<K, CompletableFuture<V>> running = new ConcurrentHashMap<>();

  /**
   * Does the work, or joins the one with that key that is under way; failures reach all who joined.
   */
  public V join(K key, Supplier<V> work) {
    CompletableFuture<V> mine = new CompletableFuture<>();
    CompletableFuture<V> first = running.putIfAbsent(key, mine);
    if (first != null) {
      return result(first);
    }
    try {
      V result = work.get();
      running.remove(key, mine);
      mine.complete(result);
      return result;
    } catch (RuntimeException | Error e) {
      running.remove(key, mine);
      mine.completeExceptionally(e);
      throw e;
    }
  }

  /** Waits until no operation with that key is under way; how it went does not matter here. */
  public void settle(K key) {
    CompletableFuture<V> first = running.get(key);
    if (first != null) {
      first.handle((result, failure) -> true).join();
    }
  }

  private static <V> V result(CompletableFuture<V> first) {
    try {
      return first.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw e;
    }
  }
}
