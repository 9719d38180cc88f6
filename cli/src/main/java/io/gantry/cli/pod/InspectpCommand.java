package io.gantry.cli.pod;

import io.gantry.api.cri.v1.PodIP;
import io.gantry.api.cri.v1.PodSandboxStatus;
import io.gantry.api.cri.v1.PodSandboxStatusRequest;
import io.gantry.api.cri.v1.PodSandboxStatusResponse;
import io.gantry.cli.output.Ago;
import io.gantry.cli.output.Details;
import io.gantry.cli.output.Document;
import io.gantry.cli.output.InspectVerb;
import io.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows all there is to know about pods. */
@Command(
    name = "inspectp",
    description = "Show all there is to know about pods.",
    footer = {"", "Example:", "  gantry inspectp -o yaml 3f2a"})
public final class InspectpCommand extends InspectVerb {
  private final Session session;

  @Parameters(paramLabel = "POD", arity = "1..*", description = "id, start of an id, or name")
  private List<String> pods = new ArrayList<>();

  public InspectpCommand(Session session) {
    super(session);
    this.session = session;
  }

  @Override
  protected List<String> wanted() {
    return pods;
  }

  @Override
  protected Answer ask(String wanted, boolean verbose) {
    var request =
        PodSandboxStatusRequest.newBuilder()
            .setPodSandboxId(Pods.find(session.connection(), wanted).getId())
            .setVerbose(verbose)
            .build();
    var answer = session.connection().runtime().podSandboxStatus(request);
    return new Answer(() -> document(answer), details -> table(answer.getStatus(), details));
  }

  private static Document document(PodSandboxStatusResponse answer) {
    return Document.of(answer.getStatus())
        .withTimes("createdAt")
        .under("status")
        .with(answer.getInfoMap());
  }

  private static void table(PodSandboxStatus pod, Details details) {
    var metadata = pod.getMetadata();
    var addresses = pod.getNetwork();
    details
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
        .some("Runtime", pod.getRuntimeHandler());
  }
}
