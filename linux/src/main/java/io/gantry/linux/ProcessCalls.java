package io.gantry.linux;

import java.util.OptionalInt;

/** Processes: spawning, signals and ends. */
public interface ProcessCalls {

  /**
   * posix_spawn(3) with file actions: the request's descriptors become 0, 1, 2, 3 … of the child,
   * all others are closed ({@code posix_spawn_file_actions_addclosefrom_np}). No signal is blocked
   * or ignored in the child. A program under {@code /proc/self/fd} means the caller's descriptor.
   *
   * @return the child's pid; the caller must reap it with {@link #waitpid}
   */
  int spawn(SpawnRequest request) throws SyscallException;

  /** pidfd_open(2). */
  Fd pidfdOpen(int pid) throws SyscallException;

  /** pidfd_send_signal(2). */
  void pidfdSendSignal(Fd pidfd, int signal) throws SyscallException;

  /** kill(2); signal 0 only asks whether the process is there. */
  void kill(int pid, int signal) throws SyscallException;

  /**
   * waitpid(2) on one child, blocking.
   *
   * @return the wait status as the kernel encodes it, or nothing when the pid is not our child any
   *     more
   */
  OptionalInt waitpid(int pid) throws SyscallException;

  /**
   * waitpid(2) with {@code WNOHANG}.
   *
   * @return the wait status, or nothing while the child runs or when it is not our child any more
   */
  OptionalInt waitpidNow(int pid) throws SyscallException;

  /** poll(2) for reading on one descriptor; blocks the carrier, so platform threads only. */
  boolean pollIn(Fd fd, int timeoutMillis) throws SyscallException;

  /** getpid(2). */
  int getpid();
}
