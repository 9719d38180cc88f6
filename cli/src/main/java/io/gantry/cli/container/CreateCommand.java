package io.gantry.cli.container;

import io.gantry.api.cri.v1.CreateContainerRequest;
import io.gantry.cli.config.ConfigFile;
import io.gantry.cli.image.Presence;
import io.gantry.cli.pod.Pods;
import io.gantry.cli.session.Session;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a container in a pod, from files. */
@Command(
    name = "create",
    description = "Make a container in a pod, without starting it, and print its id.",
    footer = {"", "Example:", "  gantry create 3f2a container.yaml pod.yaml"})
public final class CreateCommand implements Callable<Integer> {
  private final Session session;

  @Option(names = "--with-pull", description = "fetch the image first if it is missing")
  private boolean pull;

  @Option(names = "--no-pull", description = "never fetch the image, which is the default")
  private boolean noPull;

  @Parameters(paramLabel = "POD", description = "id, start of an id, or name")
  private String pod = "";

  @Parameters(paramLabel = "CONTAINER-FILE", description = "description of the container")
  private String containerFile = "";

  @Parameters(paramLabel = "POD-FILE", description = "the description the pod was made from")
  private String podFile = "";

  public CreateCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var container = ConfigFile.of(containerFile).container();
    var request =
        CreateContainerRequest.newBuilder()
            .setPodSandboxId(Pods.find(session.connection(), pod).getId())
            .setConfig(container)
            .setSandboxConfig(ConfigFile.of(podFile).pod())
            .build();
    if (pull && !noPull) {
      new Presence(session).ensure(container.getImage(), request.getSandboxConfig());
    }
    session
        .out()
        .println(session.connection().runtimeWork().createContainer(request).getContainerId());
    return 0;
  }
}
