package io.gantry.cli;

import io.gantry.cli.container.CreateCommand;
import io.gantry.cli.container.ExecCommand;
import io.gantry.cli.container.InspectCommand;
import io.gantry.cli.container.PsCommand;
import io.gantry.cli.container.RmCommand;
import io.gantry.cli.container.StartCommand;
import io.gantry.cli.container.StopCommand;
import io.gantry.cli.image.CommitCommand;
import io.gantry.cli.image.ExportCommand;
import io.gantry.cli.image.FsckCommand;
import io.gantry.cli.image.HistoryCommand;
import io.gantry.cli.image.ImagesCommand;
import io.gantry.cli.image.ImportCommand;
import io.gantry.cli.image.InspectiCommand;
import io.gantry.cli.image.PullCommand;
import io.gantry.cli.image.PushCommand;
import io.gantry.cli.image.RmiCommand;
import io.gantry.cli.image.TagCommand;
import io.gantry.cli.image.UntagCommand;
import io.gantry.cli.log.LogsCommand;
import io.gantry.cli.node.DoctorCommand;
import io.gantry.cli.node.InfoCommand;
import io.gantry.cli.node.NetworkCommand;
import io.gantry.cli.node.VersionCommand;
import io.gantry.cli.pod.InspectpCommand;
import io.gantry.cli.pod.PodsCommand;
import io.gantry.cli.pod.RmpCommand;
import io.gantry.cli.pod.RunpCommand;
import io.gantry.cli.pod.StoppCommand;
import io.gantry.cli.run.RunCommand;
import io.gantry.cli.session.Session;
import io.gantry.cli.stats.MetricspCommand;
import io.gantry.cli.stats.StatsCommand;
import io.gantry.cli.stats.StatspCommand;
import io.gantry.cli.stream.AttachCommand;
import io.gantry.cli.stream.PortForwardCommand;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All verbs by name. A switch, so that only the class of the verb in use is loaded. */
final class Verbs {
  /** In the order of the help text. */
  static final List<String> NAMES =
      List.of(
          "run",
          "ps",
          "logs",
          "exec",
          "attach",
          "stop",
          "rm",
          "create",
          "start",
          "inspect",
          "pods",
          "runp",
          "stopp",
          "rmp",
          "inspectp",
          "stats",
          "statsp",
          "metricsp",
          "portforward",
          "images",
          "pull",
          "push",
          "import",
          "export",
          "commit",
          "tag",
          "untag",
          "history",
          "inspecti",
          "rmi",
          "fsck",
          "network",
          "doctor",
          "info",
          "version");

  /** Verbs whose last arguments are a command with options of its own. */
  private static final Set<String> WITH_COMMAND = Set.of("exec", "run");

  private Verbs() {}

  static boolean takesCommand(String verb) {
    return WITH_COMMAND.contains(verb);
  }

  /** The verb's command, or null if there is no such verb. */
  static @Nullable Object command(String verb, Session session) {
    return switch (verb) {
      case "attach" -> new AttachCommand(session);
      case "commit" -> new CommitCommand(session);
      case "create" -> new CreateCommand(session);
      case "doctor" -> new DoctorCommand(session);
      case "exec" -> new ExecCommand(session);
      case "export" -> new ExportCommand(session);
      case "fsck" -> new FsckCommand(session);
      case "history" -> new HistoryCommand(session);
      case "images", "image", "img" -> new ImagesCommand(session);
      case "import" -> new ImportCommand(session);
      case "info" -> new InfoCommand(session);
      case "inspect" -> new InspectCommand(session);
      case "inspecti" -> new InspectiCommand(session);
      case "inspectp" -> new InspectpCommand(session);
      case "logs" -> new LogsCommand(session);
      case "pods" -> new PodsCommand(session);
      case "metricsp" -> new MetricspCommand(session);
      case "network" -> new NetworkCommand(session);
      case "portforward", "port-forward" -> new PortForwardCommand(session);
      case "ps" -> new PsCommand(session);
      case "pull" -> new PullCommand(session);
      case "push" -> new PushCommand(session);
      case "rm" -> new RmCommand(session);
      case "rmi" -> new RmiCommand(session);
      case "rmp" -> new RmpCommand(session);
      case "run" -> new RunCommand(session);
      case "runp" -> new RunpCommand(session);
      case "start" -> new StartCommand(session);
      case "stats" -> new StatsCommand(session);
      case "statsp" -> new StatspCommand(session);
      case "stop" -> new StopCommand(session);
      case "stopp" -> new StoppCommand(session);
      case "tag" -> new TagCommand(session);
      case "untag" -> new UntagCommand(session);
      case "version" -> new VersionCommand(session);
      default -> null;
    };
  }
}
