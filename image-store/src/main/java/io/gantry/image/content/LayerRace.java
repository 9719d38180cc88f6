package io.gantry.image.content;

import io.gantry.image.content.Flights.Seat;
import io.gantry.image.error.ImageException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits for several pieces of work until all are done or one fails; then the rest is given up. One
 * thread.
 */
final class LayerRace implements AutoCloseable {

  private static final int SETTLE_SECONDS = 5;

  private final List<Seat<LayerRecord, ?>> seats = new ArrayList<>();
  private final CompletableFuture<Boolean> failure = new CompletableFuture<>();

  void enter(Seat<LayerRecord, ?> seat) {
    seats.add(seat);
  }

  void await() throws ImageException {
    CompletableFuture<?>[] results =
        seats.stream()
            .map(seat -> seat.result().whenComplete(this::fail))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture<Boolean> all = CompletableFuture.allOf(results).thenApply(done -> true);
    Flights.await(all.applyToEither(failure, result -> result));
  }

  private void fail(Object result, Throwable cause) {
    if (cause != null) {
      failure.completeExceptionally(cause);
    }
  }

  /** Leaves all, and lets the work that thereby stopped clean up behind itself. */
  @Override
  public void close() {
    seats.forEach(Seat::close);
    for (Seat<LayerRecord, ?> seat : seats) {
      if (seat.isAbandoned()) {
        settle(seat.result());
      }
    }
  }

  private static void settle(CompletableFuture<LayerRecord> result) {
    try {
      result.get(SETTLE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // Expected: it was stopped. What it could not clean up, the next start does.
    }
  }
}
