package io.gantry.daemon;

import io.gantry.config.ConfigReader;
import io.gantry.config.Flags;
import io.gantry.config.Nearest;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The command line of gantryd, read by hand: a parser with annotations would cost more at each
 * start than all the rest of it.
 *
 * @param config the file named by {@code --config}, which must be there, or nothing
 */
record Arguments(Action action, Optional<Path> config, Flags flags) {

  static final String USAGE =
      """
      Usage: gantryd [OPTION]... [COMMAND]
      Runs pods and containers for kubelet, crictl and gantry.

        --config FILE      configuration (default /etc/gantry/config.toml, which may be missing)
        --root DIR         what survives a reboot (default /var/lib/gantry)
        --state DIR        what does not (default /run/gantry)
        --socket FILE      where clients connect (default STATE/gantry.sock)
        --log-level LEVEL  error, warn, info, debug or trace (default info)
        --help             print this and exit
        --version          print the version and exit

      Commands:
        config default     print the configuration file with every key and its default
        config check       read the configuration and say what is wrong with it

      SIGTERM stops the daemon; containers keep running, and the next start takes them over.
      """;

  private static final List<String> OPTIONS =
      List.of("--config", "--root", "--state", "--socket", "--log-level");

  /** What is to be done. */
  enum Action {
    SERVE,
    HELP,
    VERSION,
    PRINT_DEFAULT_CONFIG,
    CHECK_CONFIG
  }

  /** Throws {@link UsageException} for what it does not understand. */
  static Arguments parse(String... args) throws UsageException {
    Deque<String> rest = new ArrayDeque<>(List.of(args));
    Map<String, String> values = new HashMap<>();
    Action action = Action.SERVE;
    while (!rest.isEmpty()) {
      String word = rest.pop();
      switch (word) {
        case "--help", "-h" -> action = Action.HELP;
        case "--version", "-v" -> action = Action.VERSION;
        case "config" -> action = configAction(rest.poll());
        default -> takeOption(word, rest, values);
      }
    }
    return new Arguments(action, path(values, "--config"), flags(values));
  }

  private static Action configAction(@Nullable String word) throws UsageException {
    return switch (word) {
      case "default" -> Action.PRINT_DEFAULT_CONFIG;
      case "check" -> Action.CHECK_CONFIG;
      case null, default -> throw new UsageException("config is followed by default or check");
    };
  }

  private static void takeOption(String word, Deque<String> rest, Map<String, String> values)
      throws UsageException {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    if (!OPTIONS.contains(name)) {
      String advice =
          Nearest.of(name, OPTIONS).map(near -> "; did you mean " + near + "?").orElse("");
      throw new UsageException("unknown argument " + name + advice);
    }
    String value = equals < 0 ? rest.poll() : word.substring(equals + 1);
    if (value == null || value.isEmpty()) {
      throw new UsageException(name + " needs a value");
    }
    values.put(name, value);
  }

  private static Flags flags(Map<String, String> values) throws UsageException {
    String level = values.get("--log-level");
    if (level != null && !ConfigReader.LOG_LEVELS.contains(level)) {
      throw new UsageException(
          "--log-level is "
              + level
              + "; give one of "
              + String.join(", ", ConfigReader.LOG_LEVELS));
    }
    return new Flags(
        path(values, "--root"),
        path(values, "--state"),
        path(values, "--socket"),
        Optional.ofNullable(level));
  }

  /** Relative ones are meant from where the command was given. */
  private static Optional<Path> path(Map<String, String> values, String name) {
    return Optional.ofNullable(values.get(name))
        .map(value -> Path.of(value).toAbsolutePath().normalize());
  }
}
