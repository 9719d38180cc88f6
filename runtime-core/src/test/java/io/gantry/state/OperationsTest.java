package io.gantry.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OperationsTest {

  private final Operations<String, Integer> operations = new Operations<>();

  @Test
  void whoeverComesWhileOneIsUnderWayGetsItsResult() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> results = new ArrayList<>();
      results.add(
          threads.submit(() ->
              operations.join(
                  "pod",
                  () -> {
                    begun.countDown();
                    await(goOn);
                    return runs.incrementAndGet();
                  })));
      begun.await();
      CountDownLatch joining = new CountDownLatch(5);
      for (int i = 0; i < 5; i++) {
        results.add(
            threads.submit(() -> {
              joining.countDown();
              return operations.join("pod", runs::incrementAndGet);
            }));
      }
      joining.await();
      assertThat(operations.join("other pod", () -> 9)).isEqualTo(9);
      goOn.countDown();

      for (Future<Integer> result : results) {
        assertThat(result.get()).isIn(1, runs.get());
      }
    }
  }

  @Test
  void aFailureReachesAllWhoJoinedAndTheNextTryStartsAfresh() {
    assertThatThrownBy(() ->
            operations.join(
                "pod",
                () -> {
                  throw new IllegalStateException("no luck");
                }))
        .hasMessage("no luck");

    assertThat(operations.join("pod", () -> 2)).isEqualTo(2);
  }

  @Test
  void settleWaitsForWhatIsUnderWayAndForNothingElse() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger done = new AtomicInteger();
    Thread worker =
        Thread.ofVirtual()
            .start(() ->
                operations.join(
                    "pod",
                    () -> {
                      begun.countDown();
                      await(goOn);
                      return done.incrementAndGet();
                    }));
    begun.await();
    operations.settle("other pod");
    assertThat(done).hasValue(0);
    goOn.countDown();
    operations.settle("pod");
    assertThat(done).hasValue(1);
    worker.join();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
