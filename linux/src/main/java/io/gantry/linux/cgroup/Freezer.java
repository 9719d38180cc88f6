package io.gantry.linux.cgroup;

import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The file by which a group is frozen, and the one that tells when it is: the kernel stops one task
 * after the other, and no call waits for it (cgroup-v2.rst, "cgroup.freeze", and
 * freezer-subsystem.rst).
 *
 * @param control takes the words
 * @param state tells whether all tasks stand still
 * @param stateWord the line in it that says so
 */
record Freezer(
    CgroupFiles files,
    Path control,
    String frozenWord,
    String thawedWord,
    Path state,
    String stateWord) {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

  static Freezer versionOne(CgroupFiles files, Path group) {
    Path state = group.resolve("freezer.state");
    return new Freezer(files, state, "FROZEN", "THAWED", state, "FROZEN");
  }

  static Freezer versionTwo(CgroupFiles files, Path group) {
    Path control = group.resolve("cgroup.freeze");
    return new Freezer(files, control, "1", "0", group.resolve("cgroup.events"), "frozen 1");
  }

  /** Returns when every task stands still; one that cannot be stopped in time is told. */
  void freeze(String group) throws IOException {
    files.write(control, frozenWord);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Duration pause = Duration.ofMillis(1);
    while (!files.read(state).lines().anyMatch(stateWord::equals)) {
      if (System.nanoTime() > deadline) {
        throw new CgroupException(
            group, "a process does not stand still after " + PATIENCE.toSeconds() + " s");
      }
      sleep(group, pause);
      pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
    }
  }

  private static void sleep(String group, Duration pause) throws CgroupException {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CgroupException(group, "interrupted while its processes are being stopped");
    }
  }

  /** A group that is gone, or was never frozen, is fine. */
  void thaw() throws SyscallException {
    try {
      files.write(control, thawedWord);
    } catch (SyscallException failure) {
      if (!failure.is(Errno.ENOENT) && !failure.is(Errno.ENODEV)) {
        throw failure;
      }
    }
  }
}
