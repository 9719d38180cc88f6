package io.gantry.image.content;

import java.util.concurrent.Executor;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The threads that unpack layers, largest first. Platform threads: inflating would starve the
 * virtual threads that answer requests, and file calls would pin their carriers.
 */
final class LayerThreads implements AutoCloseable {

  private static final int IDLE_SECONDS = 10;

  private final AtomicLong sequence = new AtomicLong();
  private final ThreadPoolExecutor pool;

  LayerThreads(int threads) {
    pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new PriorityBlockingQueue<>(),
            Thread.ofPlatform().name("gantry-layer-", 0).daemon().factory());
    pool.allowCoreThreadTimeOut(true);
  }

  /** An executor whose work queues by the size of the layer it is about. */
  Executor forSize(long size) {
    return work -> pool.execute(new Ordered(size, sequence.incrementAndGet(), work));
  }

  private record Ordered(long size, long order, Runnable work)
      implements Runnable, Comparable<Ordered> {
    @Override
    public void run() {
      work.run();
    }

    @Override
    public int compareTo(Ordered other) {
      int largestFirst = Long.compare(other.size, size);
      return largestFirst != 0 ? largestFirst : Long.compare(order, other.order);
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
