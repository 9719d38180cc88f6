package io.gantry.cli.node;

import io.gantry.api.cri.v1.RuntimeStatus;
import io.gantry.api.cri.v1.StatusRequest;
import io.gantry.api.cri.v1.StatusResponse;
import io.gantry.cli.output.Document;
import io.gantry.cli.output.Format;
import io.gantry.cli.output.Table;
import io.gantry.cli.session.Session;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tells how the runtime is. */
@Command(
    name = "info",
    description = "Tell whether the runtime and its network are ready, and what they can do.",
    footer = {"", "Example:", "  gantry info -o table"})
public final class InfoCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "json, yaml or table")
  private Format format = Format.JSON;

  @Option(
      names = {"-q", "--quiet"},
      description = "leave out what the runtime adds to the status")
  private boolean quiet;

  public InfoCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var request = StatusRequest.newBuilder().setVerbose(!quiet).build();
    var answer = session.connection().runtime().status(request);
    if (format == Format.TABLE) {
      table(answer.getStatus());
    } else {
      document(answer).print(session.out(), format);
    }
    return 0;
  }

  private static Document document(StatusResponse answer) {
    var document = Document.of(answer.getStatus()).under("status");
    if (answer.getRuntimeHandlersCount() > 0) {
      document.with(
          "runtimeHandlers",
          Document.array(answer.getRuntimeHandlersList().stream().map(Document::of).toList()));
    }
    if (answer.hasFeatures()) {
      document.with("features", Document.of(answer.getFeatures()));
    }
    return document.with(answer.getInfoMap());
  }

  private void table(RuntimeStatus status) {
    var table = new Table(List.of("CONDITION", "STATUS", "REASON", "MESSAGE"));
    for (var condition : status.getConditionsList()) {
      table.row(
          List.of(
              condition.getType(),
              condition.getStatus() ? "yes" : "no",
              condition.getReason(),
              condition.getMessage()));
    }
    table.print(session.out());
  }
}
