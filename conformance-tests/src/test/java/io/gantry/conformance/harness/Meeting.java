package io.gantry.conformance.harness;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/** Two calls that meet. */
public final class Meeting {

  /** How often each meeting is tried; each round the second call comes a little later. */
  public static final int ROUNDS = 12;

  private static final long STEP_NANOS = 3_000_000;

  private Meeting() {}

  /** A call, or several in a row. */
  @FunctionalInterface
  public interface Call {
    void run() throws Exception;
  }

  /**
   * How both ended.
   *
   * @param words what they said when they failed
   */
  public record Outcome(Status.Code first, Status.Code second, String words) {}

  private record End(Status.Code code, String words) {}

  /**
   * Runs both at the same time.
   *
   * @param round the second waits for as many steps; in the first round there is no head start
   */
  public static Outcome of(int round, Call first, Call second) throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    try (ExecutorService callers = Executors.newFixedThreadPool(2)) {
      Future<End> one = callers.submit(() -> end(start, 0, first));
      Future<End> two = callers.submit(() -> end(start, round * STEP_NANOS, second));
      return new Outcome(
          one.get().code(), two.get().code(), one.get().words() + " / " + two.get().words());
    }
  }

  private static End end(CyclicBarrier start, long delay, Call call) throws Exception {
    start.await();
    LockSupport.parkNanos(delay);
    try {
      call.run();
      return new End(Status.Code.OK, "ok");
    } catch (StatusRuntimeException e) {
      return new End(e.getStatus().getCode(), e.getStatus().toString());
    }
  }
}
