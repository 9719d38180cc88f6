package io.gantry.rpc;

import io.gantry.error.ExhaustedException;
import io.gantry.error.Subject;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.util.concurrent.Semaphore;

/**
 * Calls that read, hash or compress for long: each has a platform thread, because it would starve
 * the virtual threads that answer all others. Safe for all threads.
 */
final class LongCalls {

  private static final int MOST = 4;

  private final Semaphore places = new Semaphore(MOST);

  /** What a call does; it answers all but the failure and the end. */
  @FunctionalInterface
  interface Work {
    void run() throws IOException;
  }

  /**
   * Does the work and ends the call. A client that hangs up interrupts it.
   *
   * @param name full name of the RPC
   */
  void start(String name, ServerCallStreamObserver<?> call, Work work) {
    if (!places.tryAcquire()) {
      throw new ExhaustedException(
          new Subject("call", name),
          MOST + " exports, pushes and commits are under way",
          "try again when one of them is through");
    }
    String thread = name.substring(name.lastIndexOf('/') + 1);
    Thread worker =
        Thread.ofPlatform().name(thread).daemon().unstarted(() -> run(name, call, work));
    call.setOnCancelHandler(worker::interrupt);
    worker.start();
  }

  private void run(String name, ServerCallStreamObserver<?> call, Work work) {
    try {
      work.run();
      call.onCompleted();
    } catch (IOException | RuntimeException | Error e) {
      if (!call.isCancelled()) {
        call.onError(Failures.status(name, e).asRuntimeException());
      }
    } finally {
      places.release();
    }
  }
}
