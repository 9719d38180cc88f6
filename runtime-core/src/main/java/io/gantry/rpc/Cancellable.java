package io.gantry.rpc;

import io.gantry.image.error.ImageException;
import io.grpc.Context;

/** Work that is given up when the client hangs up: the thread that does it is interrupted. */
final class Cancellable {

  private Cancellable() {}

  /** What a call does; unchecked failures pass as well. */
  @FunctionalInterface
  interface Work<A> {
    A run() throws ImageException;
  }

  static <A> A run(Work<A> work) throws ImageException {
    Thread worker = Thread.currentThread();
    Context.CancellationListener hangUp = context -> worker.interrupt();
    Context context = Context.current();
    context.addListener(hangUp, Runnable::run);
    try {
      return work.run();
    } finally {
      context.removeListener(hangUp);
    }
  }
}
