package io.gantry.cli.node;

import io.gantry.api.cri.v1.RuntimeCondition;
import io.gantry.api.cri.v1.StatusRequest;
import io.gantry.api.cri.v1.VersionRequest;
import io.gantry.api.gantry.v1.ListNetworksRequest;
import io.gantry.api.gantry.v1.ListNetworksResponse;
import io.gantry.api.gantry.v1.Network;
import io.gantry.cli.output.Table;
import io.gantry.cli.session.Session;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Looks for what keeps a node from serving pods. */
@Command(
    name = "doctor",
    description = "Look for what is wrong with the node: the daemon, its network, its files.",
    footer = {
      "",
      "Exits with 1 when something is wrong; a warning is not.",
      "",
      "Example:",
      "  gantry doctor"
    })
public final class DoctorCommand implements Callable<Integer> {

  private static final String KUBELET_API_VERSION = "v1";

  /** How bad a finding is. */
  private enum Verdict {
    OK,
    WARN,
    FAIL
  }

  private record Finding(String check, Verdict verdict, String text) {

    List<String> row() {
      return List.of(check, verdict.name().toLowerCase(Locale.ROOT), text);
    }
  }

  private final Session session;
  private final List<Finding> findings = new ArrayList<>();

  public DoctorCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (daemon()) {
      String told = conditions();
      networks(told);
    }
    var table = new Table(List.of("CHECK", "STATUS", "FINDING"));
    findings.forEach(finding -> table.row(finding.row()));
    table.print(session.out());
    return findings.stream().anyMatch(finding -> finding.verdict() == Verdict.FAIL) ? 1 : 0;
  }

  private void found(String check, Verdict verdict, String text) {
    findings.add(new Finding(check, verdict, text));
  }

  private boolean daemon() {
    long began = System.nanoTime();
    try {
      var answer =
          session
              .connection()
              .runtime()
              .version(VersionRequest.newBuilder().setVersion(KUBELET_API_VERSION).build());
      long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();
      found(
          "daemon",
          Verdict.OK,
          "%s %s answers in %d ms"
              .formatted(answer.getRuntimeName(), answer.getRuntimeVersion(), millis));
      return true;
    } catch (StatusRuntimeException e) {
      found("daemon", Verdict.FAIL, session.explain(e));
      return false;
    }
  }

  /** Answers what they said. */
  private String conditions() {
    var told = new StringBuilder();
    var status = session.connection().runtime().status(StatusRequest.getDefaultInstance());
    for (RuntimeCondition condition : status.getStatus().getConditionsList()) {
      String message = condition.getMessage();
      told.append(message).append('\n');
      if (!condition.getStatus()) {
        found(condition.getType(), Verdict.FAIL, condition.getReason() + ": " + message);
      } else if (message.isEmpty()) {
        found(condition.getType(), Verdict.OK, "yes");
      } else {
        found(condition.getType(), Verdict.WARN, message);
      }
    }
    return told.toString();
  }

  private void networks(String told) {
    ListNetworksResponse answer =
        session.connection().networks().listNetworks(ListNetworksRequest.getDefaultInstance());
    for (Network network : answer.getNetworksList()) {
      if (network.getProblem().isEmpty()) {
        String newPods = network.getChosen() ? ", new pods get it" : "";
        found(
            "network " + network.getName(),
            Verdict.OK,
            "%s, %d pods%s".formatted(network.getSource(), network.getPodsCount(), newPods));
      } else if (!told.contains(network.getProblem())) {
        found(("network " + network.getName()).strip(), Verdict.FAIL, network.getProblem());
      }
    }
    if (answer.hasOverlay()) {
      answer.getOverlay().getLeftOutList().forEach(left -> found("overlay", Verdict.WARN, left));
      if (!answer.getOverlay().getProblem().isEmpty()) {
        found("overlay", Verdict.WARN, answer.getOverlay().getProblem());
      }
    }
  }
}
