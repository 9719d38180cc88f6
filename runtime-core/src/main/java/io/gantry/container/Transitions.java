package io.gantry.container;

import io.gantry.container.ContainerEvent.Ended;
import io.gantry.container.ContainerEvent.Prepared;
import io.gantry.container.ContainerEvent.RemovalBegun;
import io.gantry.container.ContainerEvent.StartBegun;
import io.gantry.container.ContainerEvent.StartFailed;
import io.gantry.container.ContainerEvent.StartUndone;
import io.gantry.container.ContainerEvent.Started;
import io.gantry.container.ContainerState.Created;
import io.gantry.container.ContainerState.Creating;
import io.gantry.container.ContainerState.Exited;
import io.gantry.container.ContainerState.Removing;
import io.gantry.container.ContainerState.Running;
import io.gantry.container.ContainerState.Starting;
import io.gantry.error.WrongStateException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state a container moves to: a pure function, used by requests, by exits and by recovery
 * alike.
 */
final class Transitions {

  static final String START_ERROR = "StartError";

  private Transitions() {}

  /**
   * What the event makes of the container. An event that came too late to matter leaves it as it
   * is.
   *
   * @throws WrongStateException for a request that the state does not allow
   */
  static Container after(Container container, ContainerEvent event) {
    return next(container.state(), event)
        .map(container::in)
        .orElseThrow(() -> refused(container, event));
  }

  private static Optional<ContainerState> next(ContainerState state, ContainerEvent event) {
    return switch (event) {
      case Prepared _ -> when(state instanceof Creating, new Created());
      case StartBegun _ -> when(state instanceof Created, new Starting());
      case StartUndone _ -> when(state instanceof Starting, new Created());
      case Started started ->
          Optional.of(state instanceof Starting ? new Running(started.pid(), started.at()) : state);
      case StartFailed failed ->
          Optional.of(
              state instanceof Starting
                  ? new Exited(null, failed.at(), failed.exitCode(), START_ERROR, failed.message())
                  : state);
      case Ended ended -> Optional.of(ended(state, ended));
      case RemovalBegun begun -> removing(state, begun.at());
    };
  }

  private static Optional<ContainerState> when(boolean allowed, ContainerState next) {
    return allowed ? Optional.of(next) : Optional.empty();
  }

  private static ContainerState ended(ContainerState state, Ended ended) {
    return switch (state) {
      case Running running -> exited(running.startedAt(), ended);
      case Starting _ -> exited(null, ended);
      case Creating _, Created _, Exited _, Removing _ -> state;
    };
  }

  private static Exited exited(@Nullable Instant startedAt, Ended ended) {
    return new Exited(startedAt, ended.at(), ended.exitCode(), ended.reason(), ended.message());
  }

  private static Optional<ContainerState> removing(ContainerState state, Instant now) {
    return switch (state) {
      case Creating _, Created _ ->
          Optional.of(new Removing(new Exited(null, now, 0, "Removed", "never started")));
      case Exited exited -> Optional.of(new Removing(exited));
      case Removing removing -> Optional.of(removing);
      case Starting _, Running _ -> Optional.empty();
    };
  }

  private static WrongStateException refused(Container container, ContainerEvent event) {
    String is = container.state().getClass().getSimpleName().toLowerCase(Locale.ROOT);
    return new WrongStateException(
        container.id().subject(),
        "container " + container.id().brief() + " is " + is + ", so it cannot be " + verb(event),
        event instanceof RemovalBegun
            ? "stop it first"
            : "create a new container; one is started once");
  }

  private static String verb(ContainerEvent event) {
    return switch (event) {
      case Prepared _ -> "prepared";
      case StartBegun _, Started _, StartUndone _, StartFailed _ -> "started";
      case Ended _ -> "ended";
      case RemovalBegun _ -> "removed";
    };
  }
}
