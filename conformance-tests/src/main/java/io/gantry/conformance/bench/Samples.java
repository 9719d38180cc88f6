package io.gantry.conformance.bench;

import java.util.ArrayList;
import java.util.List;

/** Durations of runs of one thing. Safe for use by many threads. */
final class Samples {

  private static final double NANOSECONDS_PER_MILLISECOND = 1e6;

  private final List<Double> milliseconds = new ArrayList<>();

  /** Something to be timed. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws Exception;
  }

  /** Runs the work and keeps how long it took. */
  <T> T time(Work<T> work) throws Exception {
    long start = System.nanoTime();
    T result = work.run();
    add(System.nanoTime() - start);
    return result;
  }

  /** The same for work that returns nothing. */
  void take(Callers.Action work) throws Exception {
    long start = System.nanoTime();
    work.run();
    add(System.nanoTime() - start);
  }

  synchronized void add(long nanoseconds) {
    milliseconds.add(nanoseconds / NANOSECONDS_PER_MILLISECOND);
  }

  synchronized int count() {
    return milliseconds.size();
  }

  /** The smallest sample that at least so many percent do not exceed. */
  synchronized double percentile(int percent) {
    if (milliseconds.isEmpty()) {
      throw new IllegalStateException("nothing was measured");
    }
    List<Double> sorted = milliseconds.stream().sorted().toList();
    int rank = (int) Math.ceil(percent / 100.0 * sorted.size());
    return sorted.get(Math.max(rank, 1) - 1);
  }
}
