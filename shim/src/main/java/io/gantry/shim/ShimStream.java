package io.gantry.shim;

import io.gantry.linux.Errno;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A connection to the shim on which somebody talks to an exec, or to the first process. */
final class ShimStream implements ProcessStream {

  /** Most that one frame of standard input holds; the shim has no room for more. */
  private static final int INPUT = 16 << 10;

  /**
   * Most changes of size that are under way, as the shim drops a connection on which too many
   * answers wait to be read. Of those that come meanwhile only the last counts.
   */
  private static final int SIZES = 16;

  private final ShimConnection connection;

  /** One frame of input is under way at a time; its answer makes room for the next. */
  private final Semaphore room = new Semaphore(1);

  /** Sizes of the terminal that the shim has not answered yet, and the one to be told next. */
  private static final class Sizes {
    private int underWay;
    private @Nullable Frame next;
  }

  private final Sizes sizes = new Sizes();

  private volatile boolean over;

  ShimStream(ShimConnection connection) {
    this.connection = connection;
  }

  void startExec(Frame request) throws IOException {
    connection.write(request);
    while (true) {
      Frame frame = connection.read();
      switch (frame.type()) {
        case Frame.EXEC_FAILED -> throw new ShimFailure(frame.failure());
        case Frame.EXEC_STARTED -> {
          return;
        }
        default -> {
          // The state that greets each connection.
        }
      }
    }
  }

  void startAttach(Attachment attachment) throws IOException {
    connection.write(Frame.of(Frame.ATTACH, attachment.flags()));
    while (true) {
      Frame frame = connection.read();
      if (frame.type() == Frame.DONE) {
        StepFailure failure = frame.failure();
        refuseUnknown(failure);
        if (failure.errno().number() != 0) {
          throw new ShimFailure(failure);
        }
        return;
      }
    }
  }

  @Override
  public Event read() throws IOException {
    while (true) {
      Frame frame = connection.read();
      switch (frame.type()) {
        case Frame.STDOUT -> {
          return new Event.Stdout(frame.payload());
        }
        case Frame.STDERR -> {
          return new Event.Stderr(frame.payload());
        }
        case Frame.SKIPPED -> {
          return new Event.Skipped(frame.longNumber());
        }
        case Frame.EXEC_EXITED -> {
          return ended(frame.number());
        }
        case Frame.EXEC_FAILED -> throw new ShimFailure(frame.failure());
        case Frame.STATE -> {
          if (StateFrame.read(frame) instanceof ShimStatus.Exited(ExitStatus exit)) {
            return ended(exit.code());
          }
        }
        case Frame.STDIN_TAKEN -> room.release();
        case Frame.DONE -> resized(frame.failure());
        default -> throw new IOException("unexpected frame of type " + frame.type());
      }
    }
  }

  /** A shim of an earlier release, still with its container, knows neither input nor attaching. */
  private static void refuseUnknown(StepFailure failure) throws IOException {
    if (failure.errno().equals(Errno.ENOSYS)) {
      throw new IOException(
          "the container's supervisor is of an earlier release; restart the container");
    }
  }

  private Event ended(int code) {
    over = true;
    room.release();
    return new Event.Ended(code);
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      ByteBuffer part = bytes.slice(bytes.position(), Math.min(INPUT, bytes.remaining()));
      bytes.position(bytes.position() + part.remaining());
      send(new Frame(Frame.STDIN, part));
    }
  }

  @Override
  public void endInput() throws IOException {
    connection.write(Frame.of(Frame.STDIN));
  }

  private void send(Frame frame) throws IOException {
    try {
      room.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a process did not take its input", e);
    }
    if (over) {
      room.release();
      throw new EOFException("the process has ended");
    }
    connection.write(frame);
  }

  @Override
  public void resize(int rows, int columns) throws IOException {
    Frame size = Frame.of(Frame.RESIZE, rows, columns);
    synchronized (sizes) {
      if (sizes.underWay == SIZES) {
        sizes.next = size;
        return;
      }
      sizes.underWay++;
    }
    connection.write(size);
  }

  private void resized(StepFailure answer) throws IOException {
    refuseUnknown(answer);
    Frame next;
    synchronized (sizes) {
      next = sizes.next;
      sizes.next = null;
      sizes.underWay -= next == null ? 1 : 0;
    }
    if (next != null) {
      connection.write(next);
    }
  }

  @Override
  public void close() throws IOException {
    over = true;
    room.release();
    connection.close();
  }
}
