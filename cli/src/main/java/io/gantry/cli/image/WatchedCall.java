package io.gantry.cli.image;

import io.gantry.api.gantry.v1.LayerState;
import io.gantry.cli.session.CliException;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A call whose messages tell how far its work is, and at last what came of it.
 *
 * @param work what it does, for messages
 * @param layers what a message tells of layers
 * @param answer what the last message brings
 */
record WatchedCall<M, A>(
    String work, Function<M, List<LayerState>> layers, Function<M, Optional<A>> answer) {

  /** What a client does while the call is open. */
  @FunctionalInterface
  interface Step<T, E extends Exception> {
    T run() throws E, StatusException, InterruptedException;
  }

  /** Shows what comes until the answer does. */
  A answer(BlockingClientCall<?, M> call, WorkView view)
      throws StatusException, InterruptedException {
    for (M step = call.read(); step != null; step = call.read()) {
      Optional<A> last = answer.apply(step);
      if (last.isPresent()) {
        return last.get();
      }
      view.show(layers.apply(step));
    }
    throw CliException.failed(
        "the runtime ended the " + work + " without an answer; its log says why");
  }

  /** Does something with the call, which ends with it. */
  <T, E extends Exception> T during(BlockingClientCall<?, M> call, WorkView view, Step<T, E> step)
      throws E {
    try {
      return step.run();
    } catch (StatusException e) {
      throw new StatusRuntimeException(e.getStatus(), e.getTrailers());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CliException.failed("interrupted during the " + work);
    } finally {
      view.end();
      // Without effect on a call that has ended.
      call.cancel("the client gave up", null);
    }
  }
}
