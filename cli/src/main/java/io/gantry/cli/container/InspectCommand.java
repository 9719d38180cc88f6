package io.gantry.cli.container;

import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ContainerStatus;
import io.gantry.api.cri.v1.ContainerStatusRequest;
import io.gantry.api.cri.v1.ContainerStatusResponse;
import io.gantry.cli.output.Ago;
import io.gantry.cli.output.Details;
import io.gantry.cli.output.Document;
import io.gantry.cli.output.InspectVerb;
import io.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows all there is to know about containers. */
@Command(
    name = "inspect",
    description = "Show all there is to know about containers.",
    footer = {"", "Example:", "  gantry inspect -o table 9c41"})
public final class InspectCommand extends InspectVerb {
  private final Session session;

  @Parameters(paramLabel = "CONTAINER", arity = "1..*", description = "id, start of an id, or name")
  private List<String> containers = new ArrayList<>();

  public InspectCommand(Session session) {
    super(session);
    this.session = session;
  }

  @Override
  protected List<String> wanted() {
    return containers;
  }

  @Override
  protected Answer ask(String wanted, boolean verbose) {
    var request =
        ContainerStatusRequest.newBuilder()
            .setContainerId(Containers.find(session.connection(), wanted).getId())
            .setVerbose(verbose)
            .build();
    var answer = session.connection().runtime().containerStatus(request);
    return new Answer(() -> document(answer), details -> table(answer.getStatus(), details));
  }

  private static Document document(ContainerStatusResponse answer) {
    return Document.of(answer.getStatus())
        .withTimes("createdAt", "startedAt", "finishedAt")
        .under("status")
        .with(answer.getInfoMap());
  }

  private static void table(ContainerStatus container, Details details) {
    details
        .line("ID", container.getId())
        .line("Name", container.getMetadata().getName())
        .line("Attempt", container.getMetadata().getAttempt())
        .line("Image", container.getImage().getImage())
        .some("Image Ref", container.getImageRef())
        .line("State", Containers.word(container.getState()))
        .line("Created", Ago.exact(container.getCreatedAt()))
        .some("Started", time(container.getStartedAt()))
        .some("Finished", time(container.getFinishedAt()));
    if (container.getState() == ContainerState.CONTAINER_EXITED) {
      details.line("Exit Code", container.getExitCode());
    }
    details
        .some("Reason", container.getReason())
        .some("Message", container.getMessage())
        .some("Log", container.getLogPath())
        .map("Labels", container.getLabelsMap())
        .map("Annotations", container.getAnnotationsMap());
  }

  private static String time(long nanos) {
    return nanos == 0 ? "" : Ago.exact(nanos);
  }
}
