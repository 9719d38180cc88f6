package io.gantry.rpc;

import io.gantry.api.gantry.v1.LayerState;
import io.gantry.image.progress.Progress;
import io.grpc.stub.CallStreamObserver;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;

/**
 * Tells a client how far some work is, ten times a second at most. A client that takes nothing
 * misses steps between, never the last state.
 *
 * @param message makes one of what has changed
 */
record ProgressFeed<M>(
    Progress progress, CallStreamObserver<M> call, Function<List<LayerState>, M> message) {

  /** Between two messages; who looks at a bar sees no more. */
  private static final int PAUSE_MILLIS = 100;

  /** What is watched. */
  @FunctionalInterface
  interface Work<A> {
    A run() throws IOException;
  }

  /** Tells until the work is over. */
  void run() throws InterruptedException {
    LayerStates states = new LayerStates(progress);
    long seen = 0;
    do {
      seen = progress.awaitChange(seen);
      if (call.isReady()) {
        tell(states);
      }
    } while (seen >= 0 && !progress.awaitEnd(PAUSE_MILLIS));
    tell(states);
  }

  private void tell(LayerStates states) {
    List<LayerState> changes = states.changes();
    if (!changes.isEmpty()) {
      call.onNext(message.apply(changes));
    }
  }

  /**
   * Does the work on this thread and tells on another. When this returns or throws, nobody tells
   * any more, and the call is the caller's again.
   */
  <A> A during(Work<A> work) throws IOException {
    Thread teller = Thread.ofVirtual().name("progress").unstarted(this::runUninterrupted);
    teller.start();
    try {
      return work.run();
    } finally {
      progress.end();
      await(teller);
    }
  }

  /** Nobody interrupts that thread: it ends with the work. */
  private void runUninterrupted() {
    try {
      run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Soon over; an interrupt that comes meanwhile is kept for the caller. */
  private static void await(Thread teller) {
    boolean interrupted = Thread.interrupted();
    while (teller.isAlive()) {
      try {
        teller.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
