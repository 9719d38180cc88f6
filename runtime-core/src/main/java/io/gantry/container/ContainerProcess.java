package io.gantry.container;

import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.shim.Attachment;
import io.gantry.shim.ProcessStream;
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
   * Memory that the container cannot be deprived of without harm, in bytes; 0 where the machine
   * does not account it.
   */
  long memoryInUse() throws IOException;

  /** Changes the limits that are present. */
  void limit(CgroupLimits change) throws IOException;

  /**
   * Runs a command beside the first process, for somebody who talks to it.
   *
   * @param opening how long may pass until the command has been executed
   * @throws StartException when the command could not be executed
   */
  ProcessStream stream(ExecRequest request, Duration opening) throws IOException;

  /**
   * Attaches to the first process.
   *
   * @param opening how long the supervisor may take to answer
   */
  ProcessStream attach(Attachment attachment, Duration opening) throws IOException;

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
