package io.gantry.container;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A container's first process behind its supervisor. Safe for use by many threads. */
public interface ContainerProcess {

  /**
   * Waits until the program has been executed.
   *
   * @throws StartException when a step failed
   */
  ContainerEvent.Started awaitStarted() throws IOException;

  /** Completes, never exceptionally, when the process is over and its record is on disk. */
  CompletableFuture<ContainerEvent.Ended> ended();

  /** Sends a signal to the first process; one that is gone is fine. */
  void signal(int number) throws IOException;

  /** Kills everything in the container, with the supervisor's help or without. */
  void kill() throws IOException;

  /**
   * Runs a command beside the first process and captures its output.
   *
   * @throws StartException when the command could not be executed
   */
  ExecOutcome exec(List<String> command, Duration timeout) throws IOException;

  /**
   * Goes on with the log in the file at this path, made when missing.
   *
   * @param log absolute, in a directory that is there
   */
  void reopenLog(Path log) throws IOException;

  /**
   * Stops everything in the container where it is, and returns when it stands still. Also when that
   * fails, {@link #thaw} has to follow; after a restart, taking the container over does it.
   */
  void freeze() throws IOException;

  /** Lets it go on; what is not frozen is fine. */
  void thaw() throws IOException;
}
