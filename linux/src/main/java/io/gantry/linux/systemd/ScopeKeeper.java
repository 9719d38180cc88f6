package io.gantry.linux.systemd;

import io.gantry.linux.Fd;
import java.io.IOException;

/** Starts a process that does nothing, as the first one of a scope. */
@FunctionalInterface
public interface ScopeKeeper {

  /**
   * Starts it as a child of this process.
   *
   * @param unit shown in the process list
   * @param leave the read end of a pipe: the process ends when the pipe is closed
   * @return its pid
   */
  int start(String unit, Fd leave) throws IOException;
}
