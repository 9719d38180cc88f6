package io.gantry.shim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/**
 * A shim as its daemon sees it: one watched connection for state and signals, and one more for each
 * exec. Closing it leaves the shim and its container alone. Safe for use by several threads; every
 * method may block and belongs on a virtual thread.
 */
public final class Shim implements AutoCloseable {

  static final String SOCKET = "shim.sock";
  private static final int MOST_MILLIS = Integer.MAX_VALUE;
  private static final int HANG_UP = 1;

  private final Path runDirectory;
  private final ShimWatch watch;

  Shim(Path runDirectory, ShimWatch watch) {
    this.runDirectory = runDirectory;
    this.watch = watch;
  }

  /** Whether a shim listens in that directory now. */
  public static boolean answers(Path runDirectory) {
    try (ShimConnection _ = ShimConnection.open(runDirectory.resolve(SOCKET))) {
      return true;
    } catch (IOException nobodyListens) {
      // ENOENT or ECONNREFUSED: the socket's owner is gone.
      return false;
    }
  }

  /** The shim's own pid when it is a child of this process. */
  public OptionalInt pid() {
    return watch.shimPid();
  }

  /**
   * Waits until the plan is carried out, even if the container has ended since.
   *
   * @return the container's pid and start
   * @throws ShimFailure when a step failed
   * @throws IOException when the time is over or the shim is lost
   */
  public ShimStatus.Running awaitStarted(Duration timeout) throws IOException {
    return Waiting.on(watch.started(), timeout, "start of " + runDirectory);
  }

  /**
   * Completes when the first process has ended and the record of it is on disk; completes with a
   * {@link ShimFailure} when the start failed and with another {@link IOException} when the shim
   * itself was killed.
   */
  public CompletableFuture<ExitStatus> exited() {
    return watch.exited().copy();
  }

  /** The last state heard of; no I/O. */
  public ShimStatus status() {
    return watch.status();
  }

  /**
   * Sends a signal to the container's first process.
   *
   * @throws IOException when it could not be sent; ESRCH when the process is gone
   */
  public void signal(int signal) throws IOException {
    watch.request(Frame.of(Frame.SIGNAL, signal, 0));
  }

  /** Sends a signal to every process of the container's control group. */
  public void signalAll(int signal) throws IOException {
    watch.request(Frame.of(Frame.SIGNAL, signal, 1));
  }

  /** Lets the shim go on in another log file, made when missing (ReopenContainerLog of CRI). */
  public void reopenLog(Path log) throws IOException {
    watch.request(Frame.of(Frame.REOPEN_LOG, log.toString()));
  }

  /**
   * Runs a program inside the container and collects its output.
   *
   * @param plan steps of the new process only; cgroups and namespaces are joined by the shim
   * @param timeout until it and all it started are killed; zero for none
   * @param outputLimit bytes kept of stdout, and as many of stderr; what comes beyond is dropped
   * @throws ShimFailure when a step failed, such as a command that is not there
   */
  public ExecResult exec(Plan plan, Duration timeout, int outputLimit) throws IOException {
    try (ShimConnection connection = ShimConnection.open(runDirectory.resolve(SOCKET));
        Deadline _ = Deadline.closing(connection, timeout)) {
      return new ExecCall(connection, outputLimit).run(request(plan, timeout));
    }
  }

  /**
   * Runs a program inside the container, for somebody who talks to it. The program is hung up when
   * the stream is closed before it has ended, and killed with all it started 10 s later.
   *
   * @param plan steps of the new process only; {@link PlanBuilder#openStdin} and {@link
   *     PlanBuilder#terminal} among them say what it is given
   * @param opening how long may pass until the program has been executed
   * @throws ShimFailure when a step failed, such as a command that is not there
   */
  public ProcessStream exec(Plan plan, Duration opening) throws IOException {
    return open(opening, stream -> stream.startExec(request(plan, Duration.ZERO, HANG_UP)));
  }

  /**
   * Attaches to the container's first process. The container never waits for this stream: output
   * that it does not take is {@linkplain ProcessStream.Event.Skipped skipped}.
   *
   * @throws ShimFailure with ESRCH when the process has ended
   */
  public ProcessStream attach(Attachment attachment, Duration opening) throws IOException {
    return open(opening, stream -> stream.startAttach(attachment));
  }

  /** The first exchange on a new connection. */
  private interface Opening {
    void on(ShimStream stream) throws IOException;
  }

  private ShimStream open(Duration limit, Opening opening) throws IOException {
    ShimConnection connection = ShimConnection.open(runDirectory.resolve(SOCKET));
    ShimStream stream = new ShimStream(connection);
    try (Deadline _ = Deadline.closing(connection, limit)) {
      opening.on(stream);
      return stream;
    } catch (IOException | RuntimeException e) {
      stream.close();
      throw e;
    }
  }

  static Frame request(Plan plan, Duration timeout) {
    return request(plan, timeout, 0);
  }

  private static Frame request(Plan plan, Duration timeout, int flags) {
    ByteBuffer encoded = plan.encode();
    ByteBuffer payload = ByteBuffer.allocate(2 * Integer.BYTES + encoded.remaining());
    Frame frame = new Frame(Frame.EXEC, payload);
    payload.putInt(milliseconds(timeout));
    payload.putInt(flags).put(encoded).flip();
    return frame;
  }

  /** Zero stays zero, which is no timeout; anything else is at least one. */
  private static int milliseconds(Duration timeout) {
    return timeout.isZero() ? 0 : Math.toIntExact(Math.clamp(timeout.toMillis(), 1, MOST_MILLIS));
  }

  /** Stops watching. The container goes on; {@link ShimLauncher#adopt} comes back to it. */
  @Override
  public void close() throws IOException {
    watch.close();
  }
}
