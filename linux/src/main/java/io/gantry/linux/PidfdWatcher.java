package io.gantry.linux;

import java.io.Closeable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when processes end, all on one thread (epoll(7) over pidfds), because a thread for each
 * child would cost memory. Safe for use by several threads.
 */
public final class PidfdWatcher implements Closeable {

  private static final Logger LOG = LoggerFactory.getLogger(PidfdWatcher.class);
  private static final int EVENTS_AT_ONCE = 64;
  private static final long WAKE_UP = 0;

  private record Watched(Fd pidfd, Runnable ended) {}

  private final Map<Long, Watched> watched = new ConcurrentHashMap<>();
  private final AtomicLong lastKey = new AtomicLong(WAKE_UP);
  private final Epoll epoll;
  private final Thread thread;
  private volatile boolean closed;

  private PidfdWatcher(Epoll epoll, String name) {
    this.epoll = epoll;
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  /** Starts the thread. */
  public static PidfdWatcher start(String threadName) throws SyscallException {
    PidfdWatcher watcher = new PidfdWatcher(Epoll.create(WAKE_UP), threadName);
    watcher.thread.start();
    return watcher;
  }

  /**
   * Calls back once, on the watcher's thread, when the process has ended; also when it ended long
   * ago. The work must be short: others wait behind it. An exception from it is logged.
   *
   * @param pidfd is closed by the watcher after the end, or when this call fails
   */
  public void onEnd(Fd pidfd, Runnable ended) throws SyscallException {
    long key = lastKey.incrementAndGet();
    watched.put(key, new Watched(pidfd, ended));
    try {
      epoll.add(pidfd, key);
    } catch (SyscallException failure) {
      watched.remove(key);
      pidfd.close();
      throw failure;
    }
  }

  private void run() {
    try {
      while (!closed) {
        for (long key : epoll.await(EVENTS_AT_ONCE)) {
          finish(watched.remove(key));
        }
      }
    } catch (SyscallException failure) {
      LOG.error("the ends of processes are not seen any more", failure);
    } finally {
      watched.values().forEach(each -> each.pidfd().close());
    }
  }

  private static void finish(@Nullable Watched process) {
    if (process == null) {
      return;
    }
    process.pidfd().close();
    try {
      process.ended().run();
    } catch (RuntimeException failure) {
      LOG.error("the end of a process was seen but not dealt with", failure);
    }
  }

  /** Ends the thread; callbacks that were not due are dropped. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    epoll.wakeUp();
    try {
      thread.join();
      epoll.close();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
