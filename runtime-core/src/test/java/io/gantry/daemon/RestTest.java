package io.gantry.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import io.gantry.rpc.RpcObserver;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RestTest {

  private static final Duration WORK = Duration.ofMillis(50);

  /** Long enough that another rest would have come. */
  private static final int FOUR_TIMES = 200;

  private final Semaphore releases = new Semaphore(0);

  private Rest rest() {
    return new Rest(RpcObserver.NONE, WORK, releases::release);
  }

  private boolean comes() throws InterruptedException {
    return releases.tryAcquire(10, TimeUnit.SECONDS);
  }

  private boolean comesSoon() throws InterruptedException {
    return releases.tryAcquire(FOUR_TIMES, TimeUnit.MILLISECONDS);
  }

  @Test
  void comesOnceAfterTheStart() throws Exception {
    rest();

    assertThat(comes()).isTrue();
    assertThat(comesSoon()).isFalse();
  }

  @Test
  void comesOnceAfterManyCalls() throws Exception {
    Rest rest = new Rest(RpcObserver.NONE, Duration.ofMillis(500), releases::release);
    for (int i = 0; i < 100; i++) {
      rest.began("RuntimeService", "Status");
    }

    assertThat(comes()).isTrue();
    assertThat(releases.availablePermits()).isZero();
  }

  @Test
  void comesAgainAfterTheNextCall() throws Exception {
    Rest rest = rest();
    assertThat(comes()).isTrue();

    rest.began("RuntimeService", "Status");

    assertThat(comes()).isTrue();
  }

  @Test
  void isGivenUpWhereTheKernelRefuses() throws Exception {
    Rest rest =
        new Rest(
            RpcObserver.NONE,
            WORK,
            () -> {
              releases.release();
              throw new SyscallException("madvise", Errno.EINVAL, "/libjvm.so");
            });
    assertThat(comes()).isTrue();
    assertThat(comesSoon()).isFalse();

    rest.began("RuntimeService", "Status");

    assertThat(comesSoon()).isFalse();
  }
}
