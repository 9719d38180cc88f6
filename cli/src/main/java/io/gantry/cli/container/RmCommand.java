package io.gantry.cli.container;

import io.gantry.api.cri.v1.Container;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.RemoveContainerRequest;
import io.gantry.api.cri.v1.StopContainerRequest;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Removes containers. */
@Command(
    name = "rm",
    description = "Remove containers that do not run.",
    footer = {"", "Example:", "  gantry rm -f 9c41"})
public final class RmCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = {"-a", "--all"},
      description = "all containers")
  private boolean all;

  @Option(
      names = {"-f", "--force"},
      description = "kill those that run")
  private boolean force;

  @Parameters(paramLabel = "CONTAINER", arity = "0..*", description = "id, start of an id, or name")
  private List<String> containers = new ArrayList<>();

  public RmCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (all == !containers.isEmpty()) {
      throw CliException.misused("rm wants either containers or --all");
    }
    var wanted =
        all
            ? Containers.all(session.connection()).stream().map(Container::getId).toList()
            : containers;
    return session.each(wanted, this::remove);
  }

  private void remove(String wanted) {
    var runtime = session.connection().runtimeWork();
    var container = Containers.find(session.connection(), wanted);
    if (container.getState() == ContainerState.CONTAINER_RUNNING) {
      if (!force) {
        throw CliException.failed(
            "container \"" + wanted + "\" is running: stop it first, or use 'gantry rm -f'");
      }
      runtime.stopContainer(
          StopContainerRequest.newBuilder().setContainerId(container.getId()).build());
    }
    runtime.removeContainer(
        RemoveContainerRequest.newBuilder().setContainerId(container.getId()).build());
    session.out().println(container.getId());
  }
}
