package io.gantry.image.content;

import io.gantry.image.error.ImageException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Work that is done once for everybody who wants its result at the same time. When the last one who
 * waits leaves, the work is interrupted. Safe for all threads.
 *
 * @param <K> what the work is about
 * @param <V> its result
 * @param <W> what does it
 */
public final class Flights<K, V, W extends Flights.Work<V>> {

  /** What is to be done. */
  @FunctionalInterface
  public interface Work<V> {
    V run() throws IOException;
  }

  private final Map<K, Flight> inFlight = new HashMap<>();

  /**
   * Joins the work on a key, or starts it.
   *
   * @param executor runs the work if it is not under way
   */
  public Seat<V, W> board(K key, Executor executor, W work) {
    Flight flight;
    boolean mine;
    synchronized (inFlight) {
      Flight there = inFlight.get(key);
      mine = there == null;
      flight = there == null ? new Flight(key, work) : there;
      flight.seats++;
      if (mine) {
        inFlight.put(key, flight);
      }
    }
    if (mine) {
      start(flight, executor);
    }
    return new Seat<>(flight.work, flight.result, new Place(flight));
  }

  private void start(Flight flight, Executor executor) {
    try {
      executor.execute(flight);
    } catch (RuntimeException e) {
      flight.end();
      flight.result.completeExceptionally(
          new ImageException.Cancelled(flight.key.toString(), "the image store is closing"));
    }
  }

  /** Where a seat is. */
  private final class Place {
    private final Flight flight;

    Place(Flight flight) {
      this.flight = flight;
    }

    boolean isAbandoned() {
      synchronized (inFlight) {
        return flight.aborted;
      }
    }

    void leave() {
      boolean neverStarted = false;
      synchronized (inFlight) {
        flight.seats--;
        if (flight.seats == 0 && inFlight.remove(flight.key, flight)) {
          neverStarted = flight.abort();
        }
      }
      if (neverStarted) {
        flight.result.completeExceptionally(flight.cancelled());
      }
    }
  }

  /**
   * One waiter's place.
   *
   * @param <V> the result
   * @param <W> the work
   */
  public static final class Seat<V, W> implements AutoCloseable {
    private final W work;
    private final CompletableFuture<V> result;
    private final Flights<?, V, ?>.Place place;
    private boolean left;

    private Seat(W work, CompletableFuture<V> result, Flights<?, V, ?>.Place place) {
      this.work = work;
      this.result = result;
      this.place = place;
    }

    /** The work that is being done, whoever brought it. */
    public W work() {
      return work;
    }

    /** Whether the work was told to stop because nobody waits for it. */
    boolean isAbandoned() {
      return place.isAbandoned();
    }

    CompletableFuture<V> result() {
      return result;
    }

    /** Waits for the end of the work; interrupting means giving up. */
    public V await() throws ImageException {
      return Flights.await(result);
    }

    /** Gives the place up; once is enough. */
    @Override
    public synchronized void close() {
      if (!left) {
        left = true;
        place.leave();
      }
    }
  }

  /** Waits for a result and throws what the work threw. */
  static <T> T await(CompletableFuture<T> result) throws ImageException {
    try {
      return result.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ImageException.Cancelled("", "interrupted while waiting");
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    }
  }

  private static ImageException failure(@Nullable Throwable cause) {
    if (cause instanceof ImageException known) {
      return known;
    }
    return new ImageException.Storage(
        "", "unexpected failure: " + cause, "look at the daemon's log", cause);
  }

  private final class Flight implements Runnable {
    private final K key;
    private final W work;
    private final CompletableFuture<V> result = new CompletableFuture<>();
    private int seats;
    private boolean aborted;
    private @Nullable Thread runner;

    Flight(K key, W work) {
      this.key = key;
      this.work = work;
    }

    @Override
    public void run() {
      if (!begin()) {
        return;
      }
      try {
        V value = work.run();
        end();
        result.complete(value);
      } catch (Throwable e) {
        end();
        result.completeExceptionally(e);
      }
    }

    ImageException cancelled() {
      return new ImageException.Cancelled(key.toString(), "nobody waits for it any more");
    }

    private boolean begin() {
      synchronized (inFlight) {
        runner = aborted ? null : Thread.currentThread();
        return !aborted;
      }
    }

    /** After this nobody joins; an interrupt that came late must not hit the thread's next work. */
    private void end() {
      synchronized (inFlight) {
        inFlight.remove(key, this);
        runner = null;
        if (aborted) {
          Thread.interrupted();
        }
      }
    }

    /** Whether the work had not begun and never will. */
    private boolean abort() {
      aborted = true;
      if (runner != null) {
        runner.interrupt();
      }
      return runner == null;
    }
  }
}
