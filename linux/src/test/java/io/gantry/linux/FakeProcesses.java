package io.gantry.linux;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Pretended children: they run until a test, or SIGKILL or SIGTERM, ends them. */
final class FakeProcesses {

  private static final int SIGKILL = 9;
  private static final int SIGTERM = 15;
  private static final int RUNNING = -1;

  /** Beyond what the kernel gives out, so that a mistake cannot hit a real process or file. */
  private int nextPid = 1 << 23;

  private int nextPidfd = 1 << 20;
  private final List<SpawnRequest> spawned = new ArrayList<>();
  private final Map<Integer, Integer> status = new HashMap<>();
  private final Map<Integer, Integer> pidfds = new HashMap<>();

  synchronized int start(SpawnRequest request) {
    spawned.add(request);
    status.put(nextPid, RUNNING);
    return nextPid++;
  }

  synchronized List<SpawnRequest> spawned() {
    return List.copyOf(spawned);
  }

  synchronized void end(int pid, int waitStatus) {
    if (status.replace(pid, waitStatus) == null) {
      throw new IllegalArgumentException("no such child: " + pid);
    }
    notifyAll();
  }

  synchronized Fd pidfd(int pid) throws SyscallException {
    state("pidfd_open", pid);
    pidfds.put(nextPidfd, pid);
    return Fd.owning(nextPidfd++, this::closed);
  }

  private synchronized void closed(int number) {
    pidfds.remove(number);
  }

  synchronized int pidOf(Fd pidfd) throws SyscallException {
    Integer pid = pidfds.get(pidfd.number());
    if (pid == null) {
      throw new SyscallException("pidfd", Errno.EBADF, pidfd.toString());
    }
    return pid;
  }

  synchronized void signal(String call, int pid, int signal) throws SyscallException {
    int state = state(call, pid);
    if (state == RUNNING && (signal == SIGKILL || signal == SIGTERM)) {
      end(pid, signal);
    }
  }

  private int state(String call, int pid) throws SyscallException {
    Integer state = status.get(pid);
    if (state == null) {
      throw new SyscallException(call, Errno.ESRCH, "pid " + pid);
    }
    return state;
  }

  synchronized OptionalInt reap(int pid) {
    Integer state = status.get(pid);
    if (state == null || state == RUNNING) {
      return OptionalInt.empty();
    }
    status.remove(pid);
    return OptionalInt.of(state);
  }

  synchronized OptionalInt reapWaiting(int pid) throws SyscallException {
    while (status.getOrDefault(pid, 0) == RUNNING) {
      pause(0);
    }
    return reap(pid);
  }

  synchronized boolean pollIn(Fd pidfd, int timeoutMillis) throws SyscallException {
    int pid = pidOf(pidfd);
    long deadline = System.nanoTime() + Duration.ofMillis(timeoutMillis).toNanos();
    while (status.getOrDefault(pid, 0) == RUNNING) {
      long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
      if (timeoutMillis >= 0 && left <= 0) {
        return false;
      }
      pause(timeoutMillis < 0 ? 0 : left);
    }
    return true;
  }

  @SuppressWarnings("WaitNotInLoop") // both callers loop
  private void pause(long millis) throws SyscallException {
    try {
      wait(millis);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new SyscallException("wait", Errno.EINTR, "");
    }
  }
}
