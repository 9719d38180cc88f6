package io.gantry.cli.stream;

import io.gantry.api.cri.v1.AttachRequest;
import io.gantry.cli.container.Containers;
import io.gantry.cli.session.Session;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what a container prints from now on, and lets one talk to it. */
@Command(
    name = "attach",
    description = "Show what a container prints from now on; with -i, type into it.",
    footer = {"", "Example:", "  gantry attach -it 9c41"})
public final class AttachCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = {"-i", "--interactive", "--stdin"},
      description = "pass standard input on to the container")
  private boolean interactive;

  @Option(
      names = {"-t", "--tty"},
      description = "the container has a terminal: pass keys on as they are typed")
  private boolean tty;

  @Parameters(index = "0", paramLabel = "CONTAINER", description = "id, start of an id, or name")
  private String container = "";

  public AttachCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var request =
        AttachRequest.newBuilder()
            .setContainerId(Containers.find(session.connection(), container).getId())
            .setStdin(interactive)
            .setTty(tty)
            .setStdout(true)
            .setStderr(!tty)
            .build();
    var url = session.connection().runtime().attach(request).getUrl();
    return new Talk(session.console(), interactive, tty).at(url);
  }
}
