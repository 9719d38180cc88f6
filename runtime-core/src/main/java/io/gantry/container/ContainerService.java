package io.gantry.container;

import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.shim.ProcessStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * What can be done with containers. All failures are {@link io.gantry.error.GantryException}s. Safe
 * for use by many threads; calls may block, so callers are virtual threads.
 */
public interface ContainerService {

  /**
   * Makes a container in a ready pod. A second call with the same pod and metadata joins the first
   * or returns its result.
   *
   * @param pod id or unique beginning of one
   */
  ContainerId create(String pod, ContainerSpec spec);

  /**
   * Starts a created container and returns when its program has been executed. When that fails the
   * container is exited with reason StartError and code 127 (no such program), 126 (not executable)
   * or 128 (anything before).
   */
  void start(String id);

  /**
   * Sends the stop signal, after the grace period SIGKILL to everything in the container, and
   * returns when it has ended. Zero grace kills at once. Ended before, or an id nobody knows:
   * nothing happens.
   */
  void stop(String id, Duration grace);

  /** Kills the container if need be and removes it. An id nobody knows: nothing happens. */
  void remove(String id);

  /**
   * The container with that id or unique beginning, else {@link io.gantry.error.NotFoundException}.
   */
  Container container(String id);

  /** From memory, newest first. */
  List<Container> list(ContainerFilter filter);

  /**
   * Runs a command in a running container and captures its output.
   *
   * @param timeout zero for none; when it strikes, the command's whole tree is killed and {@link
   *     io.gantry.error.TimedOutException} thrown
   */
  ExecOutcome execSync(String id, List<String> command, Duration timeout);

  /**
   * The container with that id or unique beginning, if it is running, else {@link
   * io.gantry.error.WrongStateException}.
   */
  Container running(String id);

  /**
   * Runs a command in a running container for somebody who talks to it, and returns when it has
   * been executed. The caller closes the stream.
   */
  ProcessStream exec(String id, ExecRequest request);

  /**
   * Attaches to a running container's first process. The caller closes the stream.
   *
   * @param stdin whether to its input too, where it has one
   */
  ProcessStream attach(String id, boolean stdin);

  /**
   * Lets a running container's output go on in a new file at its log's path, after the old one was
   * moved away. No line is lost, none is in both; when it fails, there is no new file.
   */
  void reopenLog(String id);

  /**
   * Changes what a container may use: at once when it runs, else for when it is started. What the
   * change leaves out stays. When the kernel refuses a part, all is as before.
   *
   * @throws io.gantry.error.InvalidException for a limit that the machine cannot keep
   * @throws io.gantry.error.WrongStateException for a memory limit below what is in use
   */
  void resize(String id, CgroupLimits change);

  /** What is done while a container stands still. */
  @FunctionalInterface
  interface Work {
    void run() throws IOException;
  }

  /**
   * Does some work while nothing in the container runs; what runs is frozen for that time. Stopping
   * the container meanwhile lets it go on at once, and this fails.
   */
  void whileStill(String id, Work work) throws IOException;
}
