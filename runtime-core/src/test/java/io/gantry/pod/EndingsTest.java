package io.gantry.pod;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EndingsTest {

  @Test
  @Timeout(20)
  void podsEndBesideEachOtherAndAllBeforeItReturns() {
    Endings endings = new Endings();
    CountDownLatch allAtOnce = new CountDownLatch(8);
    AtomicInteger met = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger now = new AtomicInteger();
    for (int i = 0; i < 24; i++) {
      endings.add(() -> {
        most.accumulateAndGet(now.incrementAndGet(), Math::max);
        allAtOnce.countDown();
        try {
          if (allAtOnce.await(10, TimeUnit.SECONDS)) {
            met.incrementAndGet();
          }
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        now.decrementAndGet();
      });
    }
    endings.run();
    assertThat(met).hasValue(24);
    assertThat(most).hasValue(8);
  }

  @Test
  void nothingToEndIsFine() {
    new Endings().run();
  }
}
