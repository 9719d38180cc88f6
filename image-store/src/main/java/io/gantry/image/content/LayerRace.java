package io.gantry.image.content;

import io.gantry.image.content.Flights.Seat;
import io.gantry.image.error.ImageException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Waits for several pieces of work until all are done or one fails; then the rest is given up. One
 * thread.
 */
final class LayerRace implements AutoCloseable {

  private final List<Seat<LayerRecord>> seats = new ArrayList<>();
  private final CompletableFuture<Boolean> failure = new CompletableFuture<>();

  void enter(Seat<LayerRecord> seat) {
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

  @Override
  public void close() {
    seats.forEach(Seat::close);
  }
}
