package io.gantry.cli.container;

import com.google.protobuf.ByteString;
import io.gantry.api.cri.v1.ExecSyncRequest;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Session;
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
    footer = {"", "Example:", "  gantry exec --timeout 5 9c41 ls -l /etc"})
public final class ExecCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = {"-s", "--sync"},
      description = "wait for the end of the command, which is the only way for now")
  @SuppressWarnings("unused") // Taken because scripts written for crictl say it.
  private boolean sync;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "kill the command after this long; 0 never does")
  private long seconds;

  @Option(
      names = {"-i", "--interactive"},
      description = "not there yet: pass standard input on")
  private boolean interactive;

  @Option(
      names = {"-t", "--tty"},
      description = "not there yet: give the command a terminal")
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
      throw CliException.misused(
          "exec -i and -t need a streaming connection, which this release does not have:"
              + " leave them out to run the command without input");
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

  private static void write(ByteString bytes, PrintStream stream) {
    stream.writeBytes(bytes.toByteArray());
    stream.flush();
  }
}
