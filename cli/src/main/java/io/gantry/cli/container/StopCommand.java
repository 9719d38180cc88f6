package io.gantry.cli.container;

import io.gantry.api.cri.v1.StopContainerRequest;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Stops running containers. */
@Command(
    name = "stop",
    description = "Stop running containers.",
    footer = {"", "Example:", "  gantry stop -t 30 9c41"})
public final class StopCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = {"-t", "--timeout"},
      paramLabel = "SECONDS",
      description = "how long they may take before they are killed (default: ${DEFAULT-VALUE})",
      defaultValue = "10")
  private long seconds;

  @Parameters(paramLabel = "CONTAINER", arity = "1..*", description = "id, start of an id, or name")
  private List<String> containers = new ArrayList<>();

  public StopCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (seconds < 0) {
      throw CliException.misused("--timeout " + seconds + ": want zero or more seconds");
    }
    return session.each(containers, this::stop);
  }

  private void stop(String wanted) {
    var connection = session.connection();
    var id = Containers.find(connection, wanted).getId();
    var request = StopContainerRequest.newBuilder().setContainerId(id).setTimeout(seconds).build();
    connection.runtimeWork().stopContainer(request);
    session.out().println(id);
  }
}
