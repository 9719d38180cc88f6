package io.gantry.cli.node;

import io.gantry.api.cri.v1.VersionRequest;
import io.gantry.cli.output.Document;
import io.gantry.cli.output.Format;
import io.gantry.cli.session.Session;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tells which runtime answers. */
@Command(
    name = "version",
    description = "Tell which runtime answers, and its version.",
    footer = {"", "Example:", "  gantry version"})
public final class VersionCommand implements Callable<Integer> {
  private static final String KUBELET_API_VERSION = "v1";

  private final Session session;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "table, json or yaml")
  private Format format = Format.TABLE;

  public VersionCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var request = VersionRequest.newBuilder().setVersion(KUBELET_API_VERSION).build();
    var answer = session.connection().runtime().version(request);
    if (format != Format.TABLE) {
      Document.of(answer).print(session.out(), format);
      return 0;
    }
    session.out().println("Version:  " + answer.getVersion());
    session.out().println("RuntimeName:  " + answer.getRuntimeName());
    session.out().println("RuntimeVersion:  " + answer.getRuntimeVersion());
    session.out().println("RuntimeApiVersion:  " + answer.getRuntimeApiVersion());
    return 0;
  }
}
