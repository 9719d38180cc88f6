package io.gantry.cli.container;

import io.gantry.api.cri.v1.StartContainerRequest;
import io.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Starts created containers. */
@Command(
    name = "start",
    description = "Start created containers.",
    footer = {"", "Example:", "  gantry start 9c41"})
public final class StartCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "CONTAINER", arity = "1..*", description = "id, start of an id, or name")
  private List<String> containers = new ArrayList<>();

  public StartCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    return session.each(containers, this::start);
  }

  private void start(String wanted) {
    var connection = session.connection();
    var id = Containers.find(connection, wanted).getId();
    connection
        .runtimeWork()
        .startContainer(StartContainerRequest.newBuilder().setContainerId(id).build());
    session.out().println(id);
  }
}
