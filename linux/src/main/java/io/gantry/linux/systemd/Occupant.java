package io.gantry.linux.systemd;

import io.gantry.linux.Fd;
import io.gantry.linux.Pipe;
import io.gantry.linux.Syscalls;
import java.io.IOException;

/**
 * The process that a scope is started with, until the container's own is in it. It ends with the
 * daemon, too, and an empty scope goes by itself.
 */
record Occupant(Syscalls calls, int pid, Fd life) {

  private static final int SIGKILL = 9;

  static Occupant start(Syscalls calls, ScopeKeeper keeper, String unit) throws IOException {
    Pipe pipe = calls.pipe();
    try {
      return new Occupant(calls, keeper.start(unit, pipe.reader()), pipe.writer());
    } catch (IOException | RuntimeException e) {
      pipe.writer().close();
      throw e;
    } finally {
      pipe.reader().close();
    }
  }

  /** Ends it and waits until it is gone, which takes no longer than the kernel does to kill it. */
  void end() throws IOException {
    life.close();
    calls.kill(pid, SIGKILL);
    var _ = calls.waitpid(pid);
  }

  /** The same after something else went wrong. */
  void end(Exception reason) {
    try {
      end();
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }
}
