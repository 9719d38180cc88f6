package io.gantry.launch;

import io.gantry.container.ContainerEvent;
import io.gantry.container.ContainerProcess;
import io.gantry.container.ExecOutcome;
import io.gantry.container.ExecRequest;
import io.gantry.container.StartException;
import io.gantry.error.Subject;
import io.gantry.error.TimedOutException;
import io.gantry.linux.Errno;
import io.gantry.linux.KernelLog;
import io.gantry.linux.Syscalls;
import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.shim.Attachment;
import io.gantry.shim.ExecResult;
import io.gantry.shim.ExitStatus;
import io.gantry.shim.Plan;
import io.gantry.shim.ProcessStream;
import io.gantry.shim.Shim;
import io.gantry.shim.ShimFailure;
import io.gantry.shim.ShimStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A container's first process behind a shim. */
final class ShimProcess implements ContainerProcess {

  private static final Logger log = LoggerFactory.getLogger(ShimProcess.class);

  private static final int OUTPUT_LIMIT = 16 << 20;
  private static final String SILENT = "the container's supervisor does not answer";
  private static final int SIGKILL = 9;
  private static final int KILLED = 128 + SIGKILL;
  private static final Duration CLOCK_DIFFERENCE = Duration.ofMinutes(1);

  /** Decides how a command runs beside the container's first process. */
  @FunctionalInterface
  interface ExecPlanner {
    Plan plan(ExecRequest request) throws IOException;
  }

  private final Shim shim;
  private final Cgroup cgroup;
  private final ExecPlanner planner;
  private final Syscalls calls;
  private final Clock clock;
  private final Duration startLimit;

  /**
   * @param startLimit how long the way to the program may take
   */
  ShimProcess(
      Shim shim,
      Cgroup cgroup,
      ExecPlanner planner,
      Syscalls calls,
      Clock clock,
      Duration startLimit) {
    this.shim = shim;
    this.cgroup = cgroup;
    this.planner = planner;
    this.calls = calls;
    this.clock = clock;
    this.startLimit = startLimit;
  }

  @Override
  public ContainerEvent.Started awaitStarted() throws IOException {
    try {
      ShimStatus.Running running = shim.awaitStarted(startLimit);
      return new ContainerEvent.Started(running.pid(), running.startedAt());
    } catch (ShimFailure e) {
      throw failed(e);
    } catch (IOException e) {
      abandon(e);
      throw e;
    } finally {
      release();
    }
  }

  /** What kept the group until then is no part of the container, so that it need not fail. */
  private void release() {
    try {
      cgroup.release();
    } catch (IOException e) {
      log.warn("cannot let go of a new cgroup={}: {}", cgroup.path(), e.toString());
    }
  }

  /**
   * A shim that does not come to a start in time is stopped or stuck: it must not go on later,
   * unknown to all.
   */
  private void abandon(IOException cause) {
    if (shim.pid().isEmpty()) {
      return;
    }
    try {
      calls.kill(shim.pid().getAsInt(), SIGKILL);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private static StartException failed(ShimFailure e) {
    return new StartException(String.valueOf(e.getMessage()), e.exitCode(), blame(e), e);
  }

  private static StartException.Blame blame(ShimFailure e) {
    if (e.blamesThePath()) {
      return StartException.Blame.PATH;
    }
    return switch (e.exitCode()) {
      case StartException.NOT_FOUND, StartException.NOT_EXECUTABLE -> StartException.Blame.COMMAND;
      default -> StartException.Blame.MACHINE;
    };
  }

  @Override
  public CompletableFuture<ContainerEvent.Ended> ended() {
    return shim.exited().handle(this::end);
  }

  private ContainerEvent.Ended end(@Nullable ExitStatus exit, @Nullable Throwable lost) {
    return exit == null ? lost(lost) : ended(exit);
  }

  private ContainerEvent.Ended ended(ExitStatus exit) {
    String message = leftovers(exit.left());
    if (exit.code() == 0) {
      return new ContainerEvent.Ended(exit.finishedAt(), 0, "Completed", message);
    }
    return exit.signal() == SIGKILL && outOfMemory(exit)
        ? new ContainerEvent.Ended(
            exit.finishedAt(), exit.code(), "OOMKilled", "it reached its memory limit")
        : new ContainerEvent.Ended(exit.finishedAt(), exit.code(), "Error", message);
  }

  /** Somebody who waits within the kernel dies later, and holds on to what it has until then. */
  private String leftovers(int left) {
    if (left == 0) {
      return "";
    }
    log.warn("processes of an ended container remain cgroup={} left={}", cgroup.path(), left);
    return left < 0
        ? "it is unknown whether all of its processes were killed"
        : left + " of its processes did not end when they were killed";
  }

  /** Where systemd took the group away before the shim had read its counters, the log tells. */
  private boolean outOfMemory(ExitStatus exit) {
    try {
      return exit.oomKills() < 0
          ? new KernelLog(calls).killedForMemory(exit.pid(), onKernelsClock(exit.startedAt()))
          : exit.oomKills() > 0 || cgroup.oomKills() > 0;
    } catch (IOException e) {
      log.warn("cannot tell whether memory ran out cgroup={}: {}", cgroup.path(), e.toString());
      return false;
    }
  }

  /** HotSpot's nanoseconds are those of the monotonic clock, which the kernel's log is close to. */
  private Duration onKernelsClock(Instant then) {
    return Duration.ofNanos(System.nanoTime())
        .minus(Duration.between(then, clock.instant()))
        .minus(CLOCK_DIFFERENCE);
  }

  /** Without its shim a container has no reaper and no log, so it must not go on. */
  private ContainerEvent.Ended lost(@Nullable Throwable cause) {
    log.warn(
        "shim lost, killing its container cgroup={}: {}", cgroup.path(), String.valueOf(cause));
    String message = "its supervisor was killed, so it was killed too";
    try {
      cgroup.kill();
    } catch (IOException e) {
      message = "its supervisor is gone, and killing it failed: " + e.getMessage();
    }
    return new ContainerEvent.Ended(clock.instant(), KILLED, "Error", message);
  }

  @Override
  public void signal(int number) throws IOException {
    try {
      shim.signal(number);
    } catch (ShimFailure e) {
      if (!e.errno().equals(Errno.ESRCH)) {
        throw e;
      }
    }
  }

  @Override
  public void kill() throws IOException {
    try {
      signal(SIGKILL);
    } catch (IOException e) {
      if (shim.exited().isDone()) {
        return;
      }
      log.warn("shim does not answer, killing by cgroup={}: {}", cgroup.path(), e.toString());
      cgroup.kill();
    }
  }

  @Override
  public ExecOutcome exec(List<String> command, Duration timeout) throws IOException {
    try {
      ExecResult result =
          shim.exec(planner.plan(new ExecRequest(command, false, false)), timeout, OUTPUT_LIMIT);
      if (result.timedOut()) {
        throw new TimedOutException(
            new Subject("command", command.getFirst()),
            "command "
                + command.getFirst()
                + " took longer than "
                + timeout.toSeconds()
                + " s and was killed with all it had started",
            "give it a longer timeout");
      }
      return new ExecOutcome(
          bytes(result.stdout()), bytes(result.stderr()), result.exitCode(), result.truncated());
    } catch (ShimFailure e) {
      throw failed(e);
    } catch (ClosedByInterruptException e) {
      throw new IOException("whoever asked for it has hung up, so it was killed", e);
    } catch (AsynchronousCloseException e) {
      throw new TimedOutException(
          new Subject("command", command.getFirst()),
          "command "
              + command.getFirst()
              + " did not end within "
              + timeout.toSeconds()
              + " s, and the container's supervisor does not answer",
          "stop the container");
    }
  }

  @Override
  public ProcessStream stream(ExecRequest request, Duration opening) throws IOException {
    try {
      return shim.exec(planner.plan(request), opening);
    } catch (ShimFailure e) {
      throw failed(e);
    } catch (AsynchronousCloseException e) {
      throw new IOException(SILENT, e);
    }
  }

  @Override
  public ProcessStream attach(Attachment attachment, Duration opening) throws IOException {
    try {
      return shim.attach(attachment, opening);
    } catch (AsynchronousCloseException e) {
      throw new IOException(SILENT, e);
    }
  }

  /**
   * A shim lives in a mount namespace of few mounts, so it reaches the file through this daemon's
   * root (proc(5), /proc/pid/root): where /var/log is a file system of its own, the same path would
   * lead it to another directory.
   */
  @Override
  public void reopenLog(Path log) throws IOException {
    shim.reopenLog(Path.of("/proc/" + ProcessHandle.current().pid() + "/root" + log));
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  @Override
  public long memoryInUse() throws IOException {
    return cgroup.memoryInUse();
  }

  @Override
  public void limit(CgroupLimits change) throws IOException {
    cgroup.apply(change);
  }

  @Override
  public void freeze() throws IOException {
    cgroup.freeze();
  }

  @Override
  public void thaw() throws IOException {
    cgroup.thaw();
  }
}
