package io.gantry.cli.pod;

import io.gantry.api.cri.v1.StopPodSandboxRequest;
import io.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Stops pods. */
@Command(
    name = "stopp",
    description = "Stop pods with all their containers.",
    footer = {"", "Example:", "  gantry stopp 3f2a"})
public final class StoppCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "POD", arity = "1..*", description = "id, start of an id, or name")
  private List<String> pods = new ArrayList<>();

  public StoppCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    return session.each(pods, this::stop);
  }

  private void stop(String wanted) {
    var connection = session.connection();
    var id = Pods.find(connection, wanted).getId();
    var request = StopPodSandboxRequest.newBuilder().setPodSandboxId(id).build();
    connection.runtimeWork().stopPodSandbox(request);
    session.out().println("Stopped sandbox " + id);
  }
}
