package io.gantry.linux;

import java.io.IOException;

/** Starts a process that does nothing but stay in the mount namespace of the thread that asks. */
@FunctionalInterface
public interface KeeperProgram {

  /**
   * Starts it as a child of this process.
   *
   * @param leave the read end of a pipe: the process ends by itself when the pipe is closed before
   *     a byte came through, and stays until it is killed when one came
   * @return its pid
   */
  int start(Fd leave) throws IOException;
}
