package io.gantry.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.OptionalInt;

/** The process calls of the machine. */
interface JnaProcesses extends ProcessCalls {

  int WNOHANG = 1;
  short POLLIN = 1;

  @Override
  default int spawn(SpawnRequest request) throws SyscallException {
    return PosixSpawn.run(request, getpid());
  }

  @Override
  default Fd pidfdOpen(int pid) throws SyscallException {
    return NativeCall.descriptor(
        NativeCall.check(
            "pidfd_open",
            "pid " + pid,
            () -> CLibrary.syscall(SyscallNumber.PIDFD_OPEN, (long) pid, 0L, 0L, 0L)));
  }

  @Override
  default void pidfdSendSignal(Fd pidfd, int signal) throws SyscallException {
    NativeCall.check(
        "pidfd_send_signal",
        "signal " + signal,
        () ->
            CLibrary.syscall(
                SyscallNumber.PIDFD_SEND_SIGNAL, (long) pidfd.number(), (long) signal, 0L, 0L));
  }

  @Override
  default void kill(int pid, int signal) throws SyscallException {
    NativeCall.check("kill", "pid " + pid, () -> CLibrary.kill(pid, signal));
  }

  @Override
  default OptionalInt waitpid(int pid) throws SyscallException {
    return waitpid(pid, 0);
  }

  @Override
  default OptionalInt waitpidNow(int pid) throws SyscallException {
    return waitpid(pid, WNOHANG);
  }

  private static OptionalInt waitpid(int pid, int options) throws SyscallException {
    int[] status = new int[1];
    long result = NativeCall.attempt(() -> CLibrary.waitpid(pid, status, options));
    if (result == pid) {
      return OptionalInt.of(status[0]);
    }
    if (result == 0 || result == -Errno.ECHILD.number()) {
      return OptionalInt.empty();
    }
    throw new SyscallException("waitpid", NativeCall.errno(result), "pid " + pid);
  }

  @Override
  default boolean pollIn(Fd fd, int timeoutMillis) throws SyscallException {
    byte[] structure = new byte[8];
    ByteBuffer.wrap(structure).order(ByteOrder.nativeOrder()).putInt(fd.number()).putShort(POLLIN);
    long deadline = System.nanoTime() + Duration.ofMillis(timeoutMillis).toNanos();
    // The wait is shortened when a signal interrupts it, so that interruptions cannot prolong it.
    long ready =
        NativeCall.check(
            "poll",
            fd,
            () -> CLibrary.poll(structure, 1, timeoutMillis < 0 ? -1 : remaining(deadline)));
    return ready > 0;
  }

  private static int remaining(long deadline) {
    long nanos = Math.max(0, deadline - System.nanoTime());
    return (int) Duration.ofNanos(nanos + 999_999).toMillis();
  }

  @Override
  default int getpid() {
    return CLibrary.getpid();
  }
}
