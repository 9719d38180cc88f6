package io.gantry.cli.container;

import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ContainerStatus;
import io.gantry.api.cri.v1.ContainerStatusRequest;
import io.gantry.api.cri.v1.ContainerStatusResponse;
import io.gantry.cli.output.Ago;
import io.gantry.cli.output.Details;
import io.gantry.cli.output.Document;
import io.gantry.cli.output.Format;
import io.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows all there is to know about containers. */
@Command(
    name = "inspect",
    description = "Show all there is to know about containers.",
    footer = {"", "Example:", "  gantry inspect -o table 9c41"})
public final class InspectCommand implements Callable<Integer> {
  private final Session session;
  private final List<Document> documents = new ArrayList<>();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "json, yaml or table")
  private Format format = Format.JSON;

  @Option(
      names = {"-q", "--quiet"},
      description = "leave out what the runtime adds to the status")
  private boolean quiet;

  @Parameters(paramLabel = "CONTAINER", arity = "1..*", description = "id, start of an id, or name")
  private List<String> containers = new ArrayList<>();

  public InspectCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    int code = session.each(containers, this::inspect);
    if (!documents.isEmpty()) {
      Document.of(documents).print(session.out(), format);
    }
    return code;
  }

  private void inspect(String wanted) {
    var request =
        ContainerStatusRequest.newBuilder()
            .setContainerId(Containers.find(session.connection(), wanted).getId())
            .setVerbose(!quiet)
            .build();
    var answer = session.connection().runtime().containerStatus(request);
    if (format == Format.TABLE) {
      table(answer.getStatus());
    } else {
      documents.add(document(answer));
    }
  }

  private static Document document(ContainerStatusResponse answer) {
    return Document.of(answer.getStatus())
        .withTimes("createdAt", "startedAt", "finishedAt")
        .under("status")
        .with(answer.getInfoMap());
  }

  private void table(ContainerStatus container) {
    var details =
        new Details(session.out())
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
        .map("Annotations", container.getAnnotationsMap())
        .end();
  }

  private static String time(long nanos) {
    return nanos == 0 ? "" : Ago.exact(nanos);
  }
}
