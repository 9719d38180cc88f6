package io.gantry.linux;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Runs work on a thread that may change its namespaces. The thread is fresh, and dies with the
 * work: a thread that came back from another namespace cannot be trusted with anything else.
 */
public final class NamespaceThread {

  private NamespaceThread() {}

  /**
   * Runs the work and waits for it, also when the caller is interrupted: a half-made namespace
   * would belong to no one. The interruption is passed on to the work and kept for the caller.
   *
   * @param name of the thread
   * @return what the work returns
   * @throws IOException what the work throws, as it is; unchecked exceptions too
   */
  public static <T extends @Nullable Object> T call(String name, NamespaceWork<T> work)
      throws IOException {
    FutureTask<T> task =
        new FutureTask<>(() -> work.run(new ThreadNamespaces(Linux.namespaceCalls())));
    Thread thread = Thread.ofPlatform().name(name).start(task);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          thread.join();
          return result(task);
        } catch (InterruptedException passedOn) {
          interrupted = true;
          thread.interrupt();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static <T extends @Nullable Object> T result(FutureTask<T> done)
      throws IOException, InterruptedException {
    try {
      return done.get();
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause();
      switch (cause) {
        case IOException io -> throw io;
        case RuntimeException unchecked -> throw unchecked;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException(failed);
      }
    }
  }
}
