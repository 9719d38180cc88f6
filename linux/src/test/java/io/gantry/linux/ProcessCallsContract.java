package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What every implementation of {@link ProcessCalls} does, the machine's and the fake. */
interface ProcessCallsContract {

  int SIGKILL = 9;

  ProcessCalls processes();

  private int sleeping() throws SyscallException {
    return processes()
        .spawn(
            new SpawnRequest(Path.of("/bin/sleep"), List.of("sleep", "60"), List.of(), List.of()));
  }

  @Test
  default void theEndOfAChildIsSeenThroughItsPidfdAndReapedOnce() throws Exception {
    int pid = sleeping();
    try (Fd pidfd = processes().pidfdOpen(pid)) {
      assertThat(processes().pollIn(pidfd, 0)).isFalse();
      assertThat(processes().waitpidNow(pid)).isEmpty();
      processes().pidfdSendSignal(pidfd, SIGKILL);
      assertThat(processes().pollIn(pidfd, 10_000)).isTrue();
      assertThat(processes().waitpid(pid)).isEqualTo(OptionalInt.of(SIGKILL));
      assertThat(processes().waitpid(pid)).isEmpty();
      assertErrno(Errno.ESRCH, () -> processes().pidfdSendSignal(pidfd, SIGKILL));
    }
  }

  @Test
  default void aDeadChildTakesSignalsUntilItIsReaped() throws Exception {
    int pid = sleeping();
    processes().kill(pid, SIGKILL);
    processes().kill(pid, 0);
    assertThat(processes().waitpid(pid)).isEqualTo(OptionalInt.of(SIGKILL));
    assertErrno(Errno.ESRCH, () -> processes().kill(pid, 0));
    assertErrno(Errno.ESRCH, () -> processes().pidfdOpen(pid));
  }

  @Test
  default void aMissingProgramIsNotStarted() {
    SpawnRequest request =
        new SpawnRequest(Path.of("/no/such/program"), List.of("x"), List.of(), List.of());
    assertErrno(Errno.ENOENT, () -> processes().spawn(request));
  }

  private static void assertErrno(Errno expected, ThrowingCallable call) {
    assertThatExceptionOfType(SyscallException.class)
        .isThrownBy(call)
        .satisfies(failure -> assertThat(failure.errno()).isEqualTo(expected));
  }
}
