package io.gantry.cli.pod;

import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxState;
import io.gantry.api.cri.v1.RemovePodSandboxRequest;
import io.gantry.api.cri.v1.StopPodSandboxRequest;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Removes pods. */
@Command(
    name = "rmp",
    description = "Remove stopped pods with all their containers.",
    footer = {"", "Example:", "  gantry rmp -f 3f2a"})
public final class RmpCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = {"-a", "--all"},
      description = "all pods")
  private boolean all;

  @Option(
      names = {"-f", "--force"},
      description = "stop them first")
  private boolean force;

  @Parameters(paramLabel = "POD", arity = "0..*", description = "id, start of an id, or name")
  private List<String> pods = new ArrayList<>();

  public RmpCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (all == !pods.isEmpty()) {
      throw CliException.misused("rmp wants either pods or --all");
    }
    var wanted =
        all ? Pods.all(session.connection()).stream().map(PodSandbox::getId).toList() : pods;
    return session.each(wanted, this::remove);
  }

  private void remove(String wanted) {
    var runtime = session.connection().runtimeWork();
    var pod = Pods.find(session.connection(), wanted);
    if (pod.getState() == PodSandboxState.SANDBOX_READY) {
      if (!force) {
        throw CliException.failed(
            "pod \"" + wanted + "\" is ready: stop it first, or remove it with 'gantry rmp -f'");
      }
      runtime.stopPodSandbox(
          StopPodSandboxRequest.newBuilder().setPodSandboxId(pod.getId()).build());
    }
    runtime.removePodSandbox(
        RemovePodSandboxRequest.newBuilder().setPodSandboxId(pod.getId()).build());
    session.out().println("Removed sandbox " + pod.getId());
  }
}
