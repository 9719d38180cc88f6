package io.gantry.cli.run;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a person may choose about a container that is run from an image name. */
final class RunOptions {
  @Option(names = "--name", paramLabel = "NAME", description = "name of the pod and the container")
  @Nullable String name;

  @Option(
      names = {"-d", "--detach"},
      description = "print the container's id and return")
  boolean detach;

  @Option(names = "--rm", description = "remove pod and container when the container ended")
  boolean remove;

  @Option(
      names = {"-e", "--env"},
      paramLabel = "KEY=VALUE",
      description = "environment variable; may be repeated")
  List<String> environment = new ArrayList<>();

  @Option(
      names = {"-v", "--volume"},
      paramLabel = "HOST:CONTAINER[:ro]",
      description = "make a path of the node visible in the container; may be repeated")
  List<String> volumes = new ArrayList<>();

  @Option(
      names = {"-w", "--workdir"},
      paramLabel = "PATH",
      description = "working directory")
  String directory = "";

  @Option(
      names = {"-u", "--user"},
      paramLabel = "USER[:GROUP]",
      description = "user, by name or by number, and group by number")
  String user = "";

  @Option(
      names = {"--network"},
      paramLabel = "pod|host",
      description = "a network of its own, which is the default, or that of the node")
  String network = "pod";
}
