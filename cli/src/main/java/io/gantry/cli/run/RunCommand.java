package io.gantry.cli.run;

import io.gantry.cli.config.ConfigFile;
import io.gantry.cli.image.Presence;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a pod and a container and starts it, out of an image name or out of two files. */
@Command(
    name = "run",
    customSynopsis = {
      "gantry run [OPTIONS] IMAGE [ARGUMENT...]",
      "       gantry run [-r HANDLER] [--no-pull] CONTAINER-FILE POD-FILE"
    },
    description =
        "Run a container in a pod of its own: from an image name, showing what it prints and exiting"
            + " as it does; or from two files (.json, .yaml, .yml), as crictl has it, printing its"
            + " id.",
    footer = {
      "",
      "Example:",
      "  gantry run --rm docker.io/library/busybox echo hello",
      "  gantry run container.yaml pod.yaml"
    })
public final class RunCommand implements Callable<Integer> {
  private static final Pattern FILE = Pattern.compile(".*\\.(json|ya?ml)");

  private final Session session;

  @Mixin private RunOptions options = new RunOptions();

  @Option(
      names = {"-r", "--runtime"},
      paramLabel = "HANDLER",
      description = "runtime handler, if not the default one")
  private String handler = "";

  @Option(names = "--no-pull", description = "do not fetch the image if it is missing")
  private boolean noPull;

  @Option(names = "--with-pull", description = "fetch the image if it is missing: the default")
  @SuppressWarnings("unused") // Taken because scripts written for crictl say it.
  private boolean withPull;

  @Parameters(index = "0", paramLabel = "IMAGE", description = "name or id of the image")
  private String image = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "ARGUMENT",
      description = "takes the place of the image's command")
  private List<String> arguments = new ArrayList<>();

  public RunCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (isFile(image) && arguments.size() == 1 && isFile(arguments.getFirst())) {
      return files();
    }
    if (options.detach && options.remove) {
      throw CliException.misused("--rm needs someone who waits for the end: leave out --detach");
    }
    return person();
  }

  private static boolean isFile(String argument) {
    return FILE.matcher(argument).matches() && Files.exists(Path.of(argument));
  }

  private int files() {
    var container = ConfigFile.of(image).container();
    var pod = ConfigFile.of(arguments.getFirst()).pod();
    print(make(new RunPlan(pod, container)));
    return 0;
  }

  private int person() {
    var uid = UUID.randomUUID().toString();
    var made = make(RunPlan.of(options, image, arguments, uid));
    if (options.detach) {
      print(made);
      return 0;
    }
    return new Foreground(session, creation(), options.remove).stay(made);
  }

  private Creation.Made make(RunPlan plan) {
    if (!noPull) {
      new Presence(session).ensure(plan.container().getImage(), plan.pod());
    }
    return creation().of(plan.pod(), plan.container());
  }

  private Creation creation() {
    return new Creation(session.connection(), handler);
  }

  private void print(Creation.Made made) {
    session.out().println(made.containerId());
  }
}
