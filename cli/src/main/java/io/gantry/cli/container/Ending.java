package io.gantry.cli.container;

import io.gantry.api.cri.v1.ContainerState;
import io.gantry.cli.session.Session;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a container ended. Containers outlive their daemon, so a daemon that is away for a
 * moment, as in an upgrade, is waited for. For one thread.
 */
public final class Ending implements BooleanSupplier {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Session session;
  private final String id;
  private @Nullable Instant lost;

  public Ending(Session session, String id) {
    this.session = session;
    this.id = id;
  }

  @Override
  public boolean getAsBoolean() {
    try {
      var state = Containers.status(session.connection(), id).getState();
      lost = null;
      return state == ContainerState.CONTAINER_EXITED || state == ContainerState.CONTAINER_UNKNOWN;
    } catch (StatusRuntimeException e) {
      return switch (e.getStatus().getCode()) {
        case NOT_FOUND -> true;
        case UNAVAILABLE -> goneForGood(e);
        default -> throw e;
      };
    }
  }

  private boolean goneForGood(StatusRuntimeException e) {
    var now = session.console().clock().instant();
    if (lost == null) {
      lost = now;
    }
    if (Duration.between(lost, now).compareTo(PATIENCE) > 0) {
      throw e;
    }
    return false;
  }
}
