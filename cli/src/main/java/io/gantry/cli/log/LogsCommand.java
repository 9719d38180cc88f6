package io.gantry.cli.log;

import io.gantry.cli.container.Containers;
import io.gantry.cli.container.Ending;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Durations;
import io.gantry.cli.session.Session;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what a container printed. */
@Command(
    name = "logs",
    description = "Show what a container printed, each stream on the stream it was printed to.",
    footer = {"", "Example:", "  gantry logs -f --tail 20 --since 10m 9c41"})
public final class LogsCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = {"-f", "--follow"},
      description = "go on until the container ends")
  private boolean follow;

  @Option(names = "--tail", paramLabel = "N", description = "only the last N lines")
  private long tail = -1;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "only what is newer: 10m for ten minutes ago, or 2026-01-02T15:04:05Z")
  private @Nullable String since;

  @Option(
      names = {"-t", "--timestamps"},
      description = "put the time before each line")
  private boolean timestamps;

  @Option(names = "--limit-bytes", paramLabel = "N", description = "stop after N bytes")
  private long limit = Long.MAX_VALUE;

  @Parameters(paramLabel = "CONTAINER", description = "id, start of an id, or name")
  private String container = "";

  public LogsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var id = Containers.find(session.connection(), container).getId();
    var log = Containers.status(session.connection(), id).getLogPath();
    if (log.isEmpty()) {
      throw CliException.failed(
          "container \"" + container + "\" has no log: its pod was made without a log directory");
    }
    show(id, Path.of(log));
    return 0;
  }

  private void show(String id, Path log) {
    var follower = new LogFollower(session.console(), view(), new Ending(session, id));
    try (var file = new LogFile(log)) {
      if (tail >= 0) {
        file.skipToLast(tail);
      }
      if (follow) {
        follower.follow(file, log);
      } else {
        follower.once(file);
      }
    } catch (NoSuchFileException e) {
      throw CliException.failed(
          "no log at " + log + ": logs can be read only on the node of the container");
    } catch (IOException e) {
      throw CliException.failed("cannot read the log " + log + ": " + e.getMessage());
    }
  }

  private LogView view() {
    return new LogView(timestamps, since == null ? Instant.MIN : time(since), limit);
  }

  private Instant time(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      // Not a point in time, so it should be a length of time.
      return session.console().clock().instant().minus(Durations.parse(text));
    }
  }
}
