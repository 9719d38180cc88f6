package io.gantry.metrics.sample;

import io.gantry.linux.Errno;
import io.gantry.linux.FileCalls;
import io.gantry.linux.SyscallException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What directory trees take on disk, added up beside those who ask: by one thread, which is there
 * while somebody asks, rests nine times as long as it works, but 20 s at most, and comes back to a
 * tree the later the larger it is. Safe for use by several threads.
 */
public final class TreeSizes implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(TreeSizes.class);

  /** How old an answer may become, unless its tree is large. */
  private static final long AGE = Duration.ofSeconds(30).toNanos();

  /** A tree that takes a second is looked at every twenty. */
  private static final int AGE_OF_LARGE = 20;

  /** After a second of work follow nine of rest, but not after the first moments. */
  private static final int REST = 9;

  /** One huge tree must not keep all the others waiting. */
  private static final long LONGEST_REST = Duration.ofSeconds(20).toNanos();

  private static final long REST_LATER = Duration.ofSeconds(2).toNanos();

  /** How long the thread stays when nobody asks. */
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final FileCalls files;
  private final Runnable whenIdle;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<String, Tree> trees = new HashMap<>();
  private @Nullable Thread worker;
  private long asked;
  private long restUntil = System.nanoTime();
  private boolean closed;

  /**
   * The size of a tree.
   *
   * @param at when it had been added up
   * @param bytes of blocks
   */
  public record Usage(Instant at, long bytes, long inodes) {}

  private static final class Tree {
    final Path root;
    long due = System.nanoTime();
    @Nullable Usage usage;
    boolean failed;

    Tree(Path root) {
      this.root = root;
    }
  }

  /**
   * Does nothing until somebody asks.
   *
   * @param whenIdle run when nobody has asked for some minutes
   */
  public TreeSizes(FileCalls files, Runnable whenIdle) {
    this.files = files;
    this.whenIdle = whenIdle;
    this.clock = Clock.systemUTC();
  }

  /**
   * The sizes of some trees as far as they are known. One that is asked for the first time is
   * waited for, as most are added up in no time.
   *
   * @param roots by a key that means this directory for ever; all others but {@code kept} are
   *     forgotten
   * @param kept further keys to remember
   * @param patience the longest wait
   */
  public Map<String, Usage> usages(Map<String, Path> roots, Set<String> kept, Duration patience) {
    lock.lock();
    try {
      if (closed) {
        return Map.of();
      }
      trees.keySet().removeIf(key -> !roots.containsKey(key) && !kept.contains(key));
      roots.forEach((key, root) -> trees.computeIfAbsent(key, _ -> new Tree(root)));
      asked = System.nanoTime();
      if (worker == null) {
        worker = Thread.ofPlatform().daemon().name("tree sizes").start(this::work);
      }
      changed.signalAll();
      awaitFirst(roots.keySet(), patience.toNanos());
      Map<String, Usage> known = new HashMap<>();
      for (String key : roots.keySet()) {
        Tree tree = trees.get(key);
        if (tree != null && tree.usage != null) {
          known.put(key, tree.usage);
        }
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  private void awaitFirst(Set<String> keys, long patience) {
    long left = patience;
    try {
      while (left > 0 && keys.stream().anyMatch(this::unknown)) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean unknown(String key) {
    Tree tree = trees.get(key);
    return tree != null && tree.usage == null && !tree.failed;
  }

  private void work() {
    try {
      for (Map.Entry<String, Tree> next = next(); next != null; next = next()) {
        measure(next.getKey(), next.getValue());
      }
      whenIdle.run();
    } catch (InterruptedException | InterruptedIOException e) {
      log.debug("stopped while adding up trees: {}", e.toString());
    } finally {
      leave();
    }
  }

  /** One that found nobody asking has been followed by another perhaps. */
  private void leave() {
    lock.lock();
    try {
      worker = Thread.currentThread().equals(worker) ? null : worker;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a tree that is due; null when nobody has asked for long. */
  private Map.@Nullable Entry<String, Tree> next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed) {
        long now = System.nanoTime();
        if (now - asked > PATIENCE.toNanos()) {
          trees.clear();
          worker = null;
          return null;
        }
        Map.Entry<String, Tree> first = null;
        for (Map.Entry<String, Tree> tree : trees.entrySet()) {
          if (first == null || tree.getValue().due - first.getValue().due < 0) {
            first = Map.entry(tree.getKey(), tree.getValue());
          }
        }
        long wait = PATIENCE.toNanos();
        if (first != null) {
          wait = Math.max(first.getValue().due - now, restUntil - now - REST_LATER);
          if (wait <= 0) {
            return first;
          }
        }
        long _ = changed.awaitNanos(Math.min(wait, asked + PATIENCE.toNanos() - now + 1));
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void measure(String key, Tree tree) throws InterruptedIOException {
    long begin = System.nanoTime();
    TreeWalk.@Nullable Size size = null;
    boolean gone = false;
    try {
      size = TreeWalk.size(files, tree.root);
    } catch (SyscallException failure) {
      gone = failure.is(Errno.ENOENT);
      if (!gone && !tree.failed) {
        log.warn("the size of {} is unknown: {}", tree.root, failure.getMessage());
      }
    }
    long end = System.nanoTime();
    lock.lock();
    try {
      if (gone) {
        trees.remove(key, tree);
      }
      tree.failed = size == null;
      if (size != null) {
        tree.usage = new Usage(clock.instant(), size.bytes(), size.inodes());
      }
      tree.due = end + Math.max(AGE, (end - begin) * AGE_OF_LARGE);
      restUntil = Math.max(restUntil, end) + rest(end - begin);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nanoseconds of rest that are due after so many of work. */
  static long rest(long work) {
    return Math.min(work * REST, LONGEST_REST);
  }

  /** Whether the thread is there, for tests. */
  boolean works() {
    lock.lock();
    try {
      return worker != null;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the thread; nothing is known afterwards. */
  @Override
  public void close() {
    Thread running;
    lock.lock();
    try {
      closed = true;
      trees.clear();
      running = worker;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (running != null) {
      running.interrupt();
      try {
        running.join(TimeUnit.SECONDS.toMillis(5));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
