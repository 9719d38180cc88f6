package io.gantry.image.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.content.Flights.Seat;
import io.gantry.image.content.Flights.Work;
import io.gantry.image.error.ImageException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FlightsTest {

  private final Flights<String, Integer, Work<Integer>> flights = new Flights<>();
  private final Deque<Runnable> queued = new ArrayDeque<>();
  private final Executor later = queued::add;
  private final AtomicInteger runs = new AtomicInteger();

  private Seat<Integer, Work<Integer>> board() {
    return flights.board("k", later, runs::incrementAndGet);
  }

  @Test
  void those_who_come_while_it_runs_share_one_result() throws Exception {
    Seat<Integer, Work<Integer>> one = board();
    Seat<Integer, Work<Integer>> two = board();
    queued.remove().run();

    assertThat(one.await()).isEqualTo(1);
    assertThat(two.await()).isEqualTo(1);
    assertThat(queued).isEmpty();
  }

  @Test
  void who_comes_afterwards_gets_a_new_one() throws Exception {
    board();
    queued.remove().run();
    Seat<Integer, Work<Integer>> next = board();
    queued.remove().run();

    assertThat(next.await()).isEqualTo(2);
  }

  @Test
  void work_that_nobody_waits_for_never_begins() {
    Seat<Integer, Work<Integer>> one = board();
    Seat<Integer, Work<Integer>> two = board();
    one.close();
    one.close();
    assertThat(two.isAbandoned()).isFalse();
    two.close();
    queued.remove().run();

    assertThat(runs).hasValue(0);
    assertThat(two.isAbandoned()).isTrue();
    assertThatThrownBy(two::await).isInstanceOf(ImageException.Cancelled.class);
  }

  @Test
  void work_under_way_is_interrupted_when_the_last_one_leaves() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    AtomicBoolean clean = new AtomicBoolean();
    CountDownLatch over = new CountDownLatch(1);
    Executor thread =
        work ->
            Thread.ofPlatform()
                .start(() -> {
                  work.run();
                  clean.set(!Thread.currentThread().isInterrupted());
                  over.countDown();
                });
    Seat<Integer, Work<Integer>> seat =
        flights.board(
            "k",
            thread,
            () -> {
              begun.countDown();
              try {
                never.await();
                return 1;
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ImageException.Cancelled("k", "stopped");
              }
            });
    begun.await();
    seat.close();
    over.await();

    assertThatThrownBy(seat::await).isInstanceOf(ImageException.Cancelled.class);
    assertThat(clean).as("the thread's next work is not hit by the interrupt").isTrue();
  }

  @Test
  void a_failure_reaches_everybody() {
    Flights<String, Integer, Work<Integer>> failing = new Flights<>();
    Seat<Integer, Work<Integer>> seat =
        failing.board(
            "k",
            Runnable::run,
            () -> {
              throw new ImageException.NotFound("k", "no", "");
            });

    assertThatThrownBy(seat::await).isInstanceOf(ImageException.NotFound.class);
  }

  @Test
  void a_closed_executor_is_told_as_closing() {
    Seat<Integer, Work<Integer>> seat =
        flights.board(
            "k",
            work -> {
              throw new RejectedExecutionException();
            },
            () -> 1);

    assertThatThrownBy(seat::await).hasMessageContaining("closing");
  }
}
