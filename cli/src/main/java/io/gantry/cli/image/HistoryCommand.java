package io.gantry.cli.image;

import io.gantry.api.gantry.v1.HistoryStep;
import io.gantry.api.gantry.v1.ImageHistoryRequest;
import io.gantry.cli.output.Ago;
import io.gantry.cli.output.Document;
import io.gantry.cli.output.Format;
import io.gantry.cli.output.Size;
import io.gantry.cli.output.Table;
import io.gantry.cli.session.Session;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows how an image came to be. */
@Command(
    name = "history",
    description = "Show the steps that made an image, newest first.",
    footer = {"", "Example:", "  gantry history docker.io/library/busybox:latest"})
public final class HistoryCommand implements Callable<Integer> {
  private static final int WIDTH = 60;

  private final Session session;

  @Option(names = "--no-trunc", description = "whole commands")
  private boolean whole;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "table, json or yaml")
  private Format format = Format.TABLE;

  @Parameters(paramLabel = "IMAGE", description = "name, id, or start of an id")
  private String image = "";

  public HistoryCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var id = ImageNames.find(session.connection(), image).getId();
    var request = ImageHistoryRequest.newBuilder().setImage(id).build();
    var answer = session.connection().ownImages().imageHistory(request);
    if (format != Format.TABLE) {
      Document.of(answer).print(session.out(), format);
      return 0;
    }
    var table = new Table(List.of("CREATED", "SIZE", "CREATED BY", "COMMENT"));
    answer.getStepsList().forEach(step -> table.row(row(step)));
    table.print(session.out());
    return 0;
  }

  private List<String> row(HistoryStep step) {
    return List.of(
        age(step.getCreated()),
        Size.of(step.getSize()),
        cut(step.getCreatedBy()),
        cut(step.getComment()));
  }

  /** Builders that want the same image twice say 1970, which is no time anybody wants to read. */
  private String age(String created) {
    try {
      var time = OffsetDateTime.parse(created).toInstant();
      return time.equals(Instant.EPOCH)
          ? "<unknown>"
          : Ago.since(time, session.console().clock().instant());
    } catch (DateTimeException e) {
      return "<unknown>";
    }
  }

  private String cut(String text) {
    var line = text.replaceAll("\\s+", " ").strip();
    return whole || line.length() <= WIDTH ? line : line.substring(0, WIDTH - 1) + "…";
  }
}
