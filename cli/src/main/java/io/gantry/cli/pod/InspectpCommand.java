package io.gantry.cli.pod;

import io.gantry.api.cri.v1.PodIP;
import io.gantry.api.cri.v1.PodSandboxStatus;
import io.gantry.api.cri.v1.PodSandboxStatusRequest;
import io.gantry.api.cri.v1.PodSandboxStatusResponse;
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

/** Shows all there is to know about pods. */
@Command(
    name = "inspectp",
    description = "Show all there is to know about pods.",
    footer = {"", "Example:", "  gantry inspectp -o yaml 3f2a"})
public final class InspectpCommand implements Callable<Integer> {
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

  @Parameters(paramLabel = "POD", arity = "1..*", description = "id, start of an id, or name")
  private List<String> pods = new ArrayList<>();

  public InspectpCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    int code = session.each(pods, this::inspect);
    if (!documents.isEmpty()) {
      Document.of(documents).print(session.out(), format);
    }
    return code;
  }

  private void inspect(String wanted) {
    var request =
        PodSandboxStatusRequest.newBuilder()
            .setPodSandboxId(Pods.find(session.connection(), wanted).getId())
            .setVerbose(!quiet)
            .build();
    var answer = session.connection().runtime().podSandboxStatus(request);
    if (format == Format.TABLE) {
      table(answer.getStatus());
    } else {
      documents.add(document(answer));
    }
  }

  private static Document document(PodSandboxStatusResponse answer) {
    return Document.of(answer.getStatus())
        .withTimes("createdAt")
        .under("status")
        .with(answer.getInfoMap());
  }

  private void table(PodSandboxStatus pod) {
    var metadata = pod.getMetadata();
    var addresses = pod.getNetwork();
    new Details(session.out())
        .line("ID", pod.getId())
        .line("Name", metadata.getName())
        .line("UID", metadata.getUid())
        .line("Namespace", metadata.getNamespace())
        .line("Attempt", metadata.getAttempt())
        .line("Status", Pods.word(pod.getState()))
        .line("Created", Ago.exact(pod.getCreatedAt()))
        .some("IP Address", addresses.getIp())
        .list("Additional IP", addresses.getAdditionalIpsList().stream().map(PodIP::getIp).toList())
        .map("Labels", pod.getLabelsMap())
        .map("Annotations", pod.getAnnotationsMap())
        .some("Runtime", pod.getRuntimeHandler())
        .end();
  }
}
