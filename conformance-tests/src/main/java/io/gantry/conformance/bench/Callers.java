package io.gantry.conformance.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Callers that work at the same time. */
record Callers(int number) {

  /** Something to do that returns nothing. */
  @FunctionalInterface
  interface Action {
    void run() throws Exception;
  }

  /** Does a piece of work so many times in all; the first failure is thrown once all are done. */
  <T> List<T> each(int times, Callable<T> work) throws Exception {
    List<Future<T>> futures = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(number)) {
      for (int i = 0; i < times; i++) {
        futures.add(executor.submit(work));
      }
    }
    List<T> results = new ArrayList<>();
    for (Future<T> future : futures) {
      results.add(future.get());
    }
    return results;
  }

  void repeat(int times, Action work) throws Exception {
    var _ =
        each(
            times,
            () -> {
              work.run();
              return work;
            });
  }
}
