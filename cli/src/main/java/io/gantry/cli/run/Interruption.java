package io.gantry.cli.run;

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
      // The user pressed it just now, and the work is being done: let it finish, then go.
      park();
    }
  }

  private void park() {
    try {
      hook.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
