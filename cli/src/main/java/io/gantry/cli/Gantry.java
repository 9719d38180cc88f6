package io.gantry.cli;

import io.gantry.cli.session.Durations;
import io.gantry.cli.session.Endpoint;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** What comes before the verb. */
@Command(
    name = "gantry",
    description =
        "Drives a Gantry node, or any other that serves the Kubernetes runtime interface.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "Example:", "  gantry run --rm docker.io/library/busybox echo hello"})
final class Gantry implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = {"-H", "--host", "--socket", "--runtime-endpoint"},
      scope = ScopeType.INHERIT,
      paramLabel = "ADDRESS",
      description =
          "socket of the daemon, as in unix:///run/gantry/gantry.sock, which is the default; also"
              + " taken from GANTRY_HOST or CONTAINER_RUNTIME_ENDPOINT")
  private @Nullable String host;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "give up any call after this long; without it questions get 10s, work no limit")
  private @Nullable String timeout;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "show this text")
  @SuppressWarnings("unused") // The parser acts on it.
  private boolean help;

  @Option(names = "--version", description = "show the version of this program")
  private boolean version;

  Endpoint endpoint(Map<String, String> environment) {
    return Endpoint.choose(host, environment);
  }

  @Nullable Duration limit() {
    return timeout == null ? null : Durations.parse(timeout);
  }

  @Override
  public void run() {
    var line = Objects.requireNonNull(spec).commandLine();
    if (version) {
      line.getOut().println(Version.text());
      return;
    }
    throw new ParameterException(line, "want a command");
  }
}
