package io.gantry.cli.run;

import java.util.concurrent.locks.LockSupport;

/** Does something when the user presses Ctrl-C, as long as it is open. */
final class Interruption implements AutoCloseable {
  private final Thread hook;

  Interruption(Runnable work) {
    hook = new Thread(work, "gantry-interrupted");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The user pressed it: the work is being done right now, and the process ends with it.
      // Whatever this thread would say about what it finds gone by then is no news.
      while (true) {
        LockSupport.park();
      }
    }
  }
}
