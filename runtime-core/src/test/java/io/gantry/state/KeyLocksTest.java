package io.gantry.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class KeyLocksTest {

  private final KeyLocks<String> locks = new KeyLocks<>();

  @Test
  void oneAtATimeForAKeyAndOthersGoOn() throws Exception {
    CountDownLatch had = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> second;
      try (KeyLocks.Held _ = locks.hold("a")) {
        second =
            threads.submit(() -> {
              try (KeyLocks.Held _ = locks.hold("a")) {
                had.countDown();
              }
            });
        try (KeyLocks.Held _ = locks.hold("b")) {
          assertThat(had.await(50, TimeUnit.MILLISECONDS)).isFalse();
        }
      }
      second.get(10, TimeUnit.SECONDS);
      assertThat(had.getCount()).isZero();
    }
  }

  @Test
  void manyThreadsNeverHaveTheSameKeyTogether() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    int[] total = new int[1];
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 500; i++) {
        threads.execute(() -> {
          try (KeyLocks.Held _ = locks.hold("a")) {
            if (inside.incrementAndGet() == 1) {
              total[0]++;
            }
            inside.decrementAndGet();
          }
        });
      }
    }
    assertThat(total[0]).isEqualTo(500);
  }
}
