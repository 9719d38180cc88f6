package io.gantry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Connection;
import io.gantry.cli.session.Console;
import io.gantry.cli.session.Endpoint;
import io.gantry.cli.session.Session;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The program without the process around it.
 *
 * @param connector opens a connection within the given limit for each call, null for the defaults
 */
record Program(
    Console console,
    Map<String, String> environment,
    BiFunction<Endpoint, @Nullable Duration, Connection> connector) {
  private static final int WIDTH = 100;

  /**
   * Runs one command line. Returns 0, 1 for a failure, 2 for wrong usage, or a command's own code.
   */
  int run(String... arguments) {
    var gantry = new Gantry();
    try (var session =
        new Session(
            console,
            () -> gantry.endpoint(environment),
            endpoint -> connector.apply(endpoint, gantry.limit()))) {
      return parser(gantry, session, FirstVerb.of(arguments)).execute(arguments);
    } finally {
      console.flush();
    }
  }

  /** A parser that knows one verb, if it is known which one, because each costs milliseconds. */
  private CommandLine parser(Gantry gantry, Session session, String verb) {
    var line = new CommandLine(gantry);
    var command = Verbs.command(verb, session);
    if (command == null) {
      Verbs.NAMES.forEach(name -> add(line, name, Verbs.command(name, session)));
    } else {
      add(line, verb, command);
    }
    return line.setOut(new PrintWriter(console.out(), true, UTF_8))
        .setErr(new PrintWriter(console.err(), true, UTF_8))
        .setUsageHelpWidth(WIDTH)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((e, args) -> misused(e))
        .setExecutionExceptionHandler((e, failed, result) -> failed(session, e));
  }

  private static void add(CommandLine line, String verb, @Nullable Object command) {
    var added = new CommandLine(command).setStopAtPositional(Verbs.takesCommand(verb));
    line.addSubcommand(verb, added);
  }

  private int failed(Session session, Exception e) {
    console.complain(session.explain(e));
    return e instanceof CliException ours ? ours.exitCode() : 1;
  }

  private int misused(ParameterException e) {
    var help = "see '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'";
    console.complain(wrong(e) + ": " + help);
    return CommandLine.ExitCode.USAGE;
  }

  private static String wrong(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched
        && e.getCommandLine().getParent() == null
        && !unmatched.isUnknownOption()) {
      return "no such command \"" + unmatched.getUnmatched().getFirst() + "\"" + guess(unmatched);
    }
    var text = String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", "; ");
    return text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
  }

  private static String guess(UnmatchedArgumentException e) {
    var words = e.getSuggestions();
    return words.isEmpty()
        ? ""
        : words.stream().limit(3).collect(Collectors.joining(", ", " (perhaps ", ")"));
  }
}
