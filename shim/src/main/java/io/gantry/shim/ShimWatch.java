package io.gantry.shim;

import io.gantry.linux.ProcessCalls;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The watched connection of a {@link Shim}: one virtual thread reads it until the container has
 * ended, then reaps the shim if it is a child of ours. That thread alone changes the status;
 * requests queue for its answers.
 */
final class ShimWatch implements AutoCloseable {

  private static final Duration ANSWER = Duration.ofSeconds(10);

  private final ProcessCalls processes;
  private final Path runDirectory;
  private final OptionalInt shimPid;
  private final CompletableFuture<ShimStatus.Running> started = new CompletableFuture<>();
  private final CompletableFuture<ExitStatus> exited = new CompletableFuture<>();
  private final Queue<CompletableFuture<Boolean>> requests = new ArrayDeque<>();
  private volatile @Nullable ShimConnection connection;
  private volatile ShimStatus status = new ShimStatus.Starting();
  private volatile boolean closed;

  private ShimWatch(ProcessCalls processes, Path runDirectory, OptionalInt shimPid) {
    this.processes = processes;
    this.runDirectory = runDirectory;
    this.shimPid = shimPid;
  }

  /** Connects and watches; a shim that has ended already is known by its record. */
  static ShimWatch start(ProcessCalls processes, Path runDirectory, OptionalInt shimPid) {
    ShimWatch watch = new ShimWatch(processes, runDirectory, shimPid);
    watch.connect();
    Thread.ofVirtual().name("shim-watch " + runDirectory.getFileName()).start(watch::run);
    return watch;
  }

  OptionalInt shimPid() {
    return shimPid;
  }

  CompletableFuture<ShimStatus.Running> started() {
    return started;
  }

  CompletableFuture<ExitStatus> exited() {
    return exited;
  }

  ShimStatus status() {
    return status;
  }

  void request(Frame frame) throws IOException {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    synchronized (requests) {
      ShimConnection open = connection;
      if (open == null) {
        throw new IOException("shim of " + runDirectory + ": not connected, " + status);
      }
      open.write(frame);
      requests.add(answer);
    }
    Waiting.on(answer, ANSWER, "shim of " + runDirectory);
  }

  private void run() {
    try {
      while (!isOver() && !closed) {
        follow();
      }
      if (!isOver()) {
        throw new IOException("shim of " + runDirectory + " is not watched any more");
      }
      reap();
    } catch (IOException e) {
      reapLost(e);
      started.completeExceptionally(e);
      exited.completeExceptionally(e);
    }
  }

  /**
   * A shim that was killed is a zombie of ours; one that only lost us lives on and is not waited
   * for.
   */
  private void reapLost(IOException cause) {
    try {
      if (shimPid.isPresent()) {
        var _ = processes.waitpidNow(shimPid.getAsInt());
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** One connection to its end; a shim that has dropped us but lives is asked again. */
  private void follow() throws IOException {
    ShimConnection open = connection == null ? connect() : connection;
    if (open == null) {
      moveTo(recordedEnd().orElseThrow(this::lost));
      return;
    }
    try (open) {
      while (!isOver()) {
        accept(open.read());
      }
    } catch (EOFException | SocketException e) {
      recordedEnd().ifPresent(this::moveTo);
    } finally {
      disconnected();
    }
  }

  /** Nothing when nobody listens: the shim is gone. */
  private @Nullable ShimConnection connect() {
    try {
      connection = ShimConnection.open(runDirectory.resolve(Shim.SOCKET));
    } catch (IOException e) {
      connection = null;
    }
    return connection;
  }

  private Optional<ShimStatus> recordedEnd() throws IOException {
    return ExitRecord.read(runDirectory);
  }

  private IOException lost() {
    return new IOException("shim of " + runDirectory + " is gone without an exit record");
  }

  private void disconnected() {
    synchronized (requests) {
      connection = null;
      IOException gone = new IOException("shim of " + runDirectory + ": connection closed");
      requests.forEach(request -> request.completeExceptionally(gone));
      requests.clear();
    }
  }

  private void accept(Frame frame) throws IOException {
    switch (frame.type()) {
      case Frame.STATE -> moveTo(StateFrame.read(frame));
      case Frame.DONE -> answer(frame);
      default -> throw new IOException("unexpected frame of type " + frame.type());
    }
  }

  private void answer(Frame frame) throws IOException {
    StepFailure failure = frame.failure();
    CompletableFuture<Boolean> first;
    synchronized (requests) {
      first = requests.remove();
    }
    if (failure.errno().number() == 0) {
      first.complete(true);
    } else {
      first.completeExceptionally(new ShimFailure(failure));
    }
  }

  private void moveTo(ShimStatus next) {
    status = next;
    switch (next) {
      case ShimStatus.Starting s -> {}
      case ShimStatus.Running running -> started.complete(running);
      case ShimStatus.Exited(ExitStatus exit) -> {
        started.complete(new ShimStatus.Running(exit.pid(), exit.startedAt()));
        exited.complete(exit);
      }
      case ShimStatus.Failed(StepFailure failure) -> {
        ShimFailure thrown = new ShimFailure(failure);
        started.completeExceptionally(thrown);
        exited.completeExceptionally(thrown);
      }
    }
  }

  private boolean isOver() {
    return status instanceof ShimStatus.Exited || status instanceof ShimStatus.Failed;
  }

  /** Takes the zombie, by its pid alone; the shim exits right after its last frame. */
  private void reap() throws IOException {
    if (shimPid.isPresent()) {
      processes.waitpid(shimPid.getAsInt());
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    ShimConnection open = connection;
    if (open != null) {
      open.close();
    }
  }
}
