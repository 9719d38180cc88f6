package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PidfdWatcherTest {

  private static final int SIGKILL = 9;
  private final Syscalls linux = Linux.syscalls();

  private int start() throws SyscallException {
    return linux.spawn(
        new SpawnRequest(Path.of("/bin/sleep"), List.of("sleep", "60"), List.of(), List.of()));
  }

  @Test
  void eachEndIsReportedOnceAndForTheRightProcess() throws Exception {
    LinkedBlockingQueue<Integer> ended = new LinkedBlockingQueue<>();
    try (PidfdWatcher watcher = PidfdWatcher.start("test-watcher")) {
      int first = start();
      int second = start();
      List<Fd> pidfds = new ArrayList<>();
      for (int pid : new int[] {first, second}) {
        Fd pidfd = linux.pidfdOpen(pid);
        pidfds.add(pidfd);
        watcher.onEnd(pidfd, () -> ended.add(pid));
      }
      linux.kill(second, SIGKILL);
      assertThat(ended.poll(10, TimeUnit.SECONDS)).isEqualTo(second);
      linux.kill(first, SIGKILL);
      assertThat(ended.poll(10, TimeUnit.SECONDS)).isEqualTo(first);
      linux.waitpid(first);
      linux.waitpid(second);
      assertThat(pidfds).noneMatch(Fd::isOpen);
    }
    assertThat(ended).isEmpty();
  }

  @Test
  void aProcessThatEndedBeforeIsReportedToo() throws Exception {
    int pid = start();
    Fd pidfd = linux.pidfdOpen(pid);
    linux.kill(pid, SIGKILL);
    linux.waitpid(pid);
    CountDownLatch seen = new CountDownLatch(1);
    try (PidfdWatcher watcher = PidfdWatcher.start("test-watcher")) {
      watcher.onEnd(pidfd, seen::countDown);
      assertThat(seen.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aCallbackThatFailsDoesNotEndTheWatch() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    try (PidfdWatcher watcher = PidfdWatcher.start("test-watcher")) {
      for (Runnable work :
          List.<Runnable>of(
              () -> {
                throw new IllegalStateException("on purpose");
              },
              seen::countDown)) {
        int pid = start();
        watcher.onEnd(linux.pidfdOpen(pid), work);
        linux.kill(pid, SIGKILL);
        linux.waitpid(pid);
      }
      assertThat(seen.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** The thread may be over before it is woken up, or not have begun. */
  @RepeatedTest(200)
  void closingAtOnceIsFineAndSoIsClosingTwice() throws Exception {
    PidfdWatcher watcher = PidfdWatcher.start("test-watcher");
    watcher.close();
    watcher.close();
  }

  @Test
  void closingGivesBackWhatIsStillWatched() throws Exception {
    int pid = start();
    Fd pidfd = linux.pidfdOpen(pid);
    try (PidfdWatcher watcher = PidfdWatcher.start("test-watcher")) {
      watcher.onEnd(pidfd, () -> {});
    }
    assertThat(pidfd.isOpen()).isFalse();
    linux.kill(pid, SIGKILL);
    linux.waitpid(pid);
  }
}
