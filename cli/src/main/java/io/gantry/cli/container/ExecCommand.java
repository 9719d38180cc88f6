package io.gantry.cli.container;

import com.google.protobuf.ByteString;
import io.gantry.api.cri.v1.ExecRequest;
import io.gantry.api.cri.v1.ExecSyncRequest;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Session;
import io.gantry.cli.stream.Talk;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a command in a container and exits as it did. */
@Command(
    name = "exec",
    description = "Run a command in a container, print what it printed, and exit as it did.",
    footer = {
      "",
      "Example:",
      "  gantry exec --timeout 5 9c41 ls -l /etc",
      "  gantry exec -it 9c41 sh"
    })
public final class ExecCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = {"-s", "--sync"},
      description = "wait for the end of the command; without -i and -t that is the way anyhow")
  private boolean sync;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "kill the command after this long; 0 never does")
  private long seconds;

  @Option(
      names = {"-i", "--interactive"},
      description = "pass standard input on to the command, and print while it runs")
  private boolean interactive;

  @Option(
      names = {"-t", "--tty"},
      description = "give the command a terminal, as wide as this one with -i")
  private boolean tty;

  @Parameters(index = "0", paramLabel = "CONTAINER", description = "id, start of an id, or name")
  private String container = "";

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "COMMAND",
      description = "program and arguments; no shell in between")
  private List<String> command = new ArrayList<>();

  public ExecCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (interactive || tty) {
      return talk();
    }
    if (seconds < 0) {
      throw CliException.misused("--timeout " + seconds + ": want zero or more seconds");
    }
    var request =
        ExecSyncRequest.newBuilder()
            .setContainerId(Containers.find(session.connection(), container).getId())
            .addAllCmd(command)
            .setTimeout(seconds)
            .build();
    var answer = session.connection().runtimeWork().execSync(request);
    write(answer.getStdout(), session.out());
    write(answer.getStderr(), session.console().err());
    return answer.getExitCode();
  }

  private int talk() {
    if (sync || seconds != 0) {
      throw CliException.misused(
          "-s and --timeout wait for the end of the command, -i and -t talk to it:"
              + " give one or the other");
    }
    var request =
        ExecRequest.newBuilder()
            .setContainerId(Containers.find(session.connection(), container).getId())
            .addAllCmd(command)
            .setStdin(interactive)
            .setTty(tty)
            .setStdout(true)
            .setStderr(!tty)
            .build();
    var url = session.connection().runtime().exec(request).getUrl();
    return new Talk(session.console(), interactive, tty).at(url);
  }

  private static void write(ByteString bytes, PrintStream stream) {
    stream.writeBytes(bytes.toByteArray());
    stream.flush();
  }
}
