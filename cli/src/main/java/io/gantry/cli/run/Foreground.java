package io.gantry.cli.run;

import io.gantry.api.cri.v1.ContainerStatus;
import io.gantry.api.cri.v1.StopContainerRequest;
import io.gantry.cli.container.Containers;
import io.gantry.cli.container.Ending;
import io.gantry.cli.log.LogFile;
import io.gantry.cli.log.LogFollower;
import io.gantry.cli.log.LogView;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/** Stays with a container until it ends: its output is shown and its exit code becomes ours. */
record Foreground(Session session, Creation creation, boolean remove) {
  private static final long GRACE_SECONDS = 10;
  private static final Set<String> ORDINARY = Set.of("", "Completed", "Error");

  /** Returns the container's exit code. */
  int stay(Creation.Made made) {
    try (var _ = new Interruption(() -> leave(made))) {
      return watch(made.containerId());
    } finally {
      if (remove) {
        creation.remove(made.podId());
      }
    }
  }

  private int watch(String id) {
    var log = Path.of(Containers.status(session.connection(), id).getLogPath());
    try (var file = new LogFile(log)) {
      new LogFollower(session.console(), LogView.PLAIN, new Ending(session, id)).follow(file, log);
    } catch (IOException e) {
      throw CliException.failed(
          "cannot read the log " + log + ": " + e.getMessage() + "; container " + id + " runs on");
    }
    var end = Containers.status(session.connection(), id);
    explain(end);
    return end.getExitCode();
  }

  private void explain(ContainerStatus end) {
    if (!ORDINARY.contains(end.getReason())) {
      var message = end.getMessage().isEmpty() ? "" : ": " + end.getMessage();
      session.console().complain("the container ended by " + end.getReason() + message);
    }
  }

  private void leave(Creation.Made made) {
    var stop =
        StopContainerRequest.newBuilder()
            .setContainerId(made.containerId())
            .setTimeout(GRACE_SECONDS)
            .build();
    session.connection().runtimeWork().stopContainer(stop);
    if (remove) {
      creation.remove(made.podId());
    }
  }
}
