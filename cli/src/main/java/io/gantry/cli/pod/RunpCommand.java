package io.gantry.cli.pod;

import io.gantry.api.cri.v1.RunPodSandboxRequest;
import io.gantry.cli.config.ConfigFile;
import io.gantry.cli.session.Session;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a pod from a file. */
@Command(
    name = "runp",
    description = "Make a pod from a file and print its id.",
    footer = {"", "Example:", "  gantry runp pod.yaml"})
public final class RunpCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = {"-r", "--runtime"},
      paramLabel = "HANDLER",
      description = "runtime handler, if not the default one")
  private String handler = "";

  @Parameters(paramLabel = "POD-FILE", description = "description of the pod, YAML or JSON")
  private String file = "";

  public RunpCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var request =
        RunPodSandboxRequest.newBuilder()
            .setConfig(ConfigFile.of(file).pod())
            .setRuntimeHandler(handler)
            .build();
    var id = session.connection().runtimeWork().runPodSandbox(request).getPodSandboxId();
    session.out().println(id);
    return 0;
  }
}
