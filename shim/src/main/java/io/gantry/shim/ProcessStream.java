package io.gantry.shim;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Somebody's talk with a process of a container: with an exec, or with the first process. One
 * thread reads, another may write; closing is for any thread and ends both. Whoever does not read
 * an exec's stream stops the exec's output, and nothing else.
 */
public interface ProcessStream extends AutoCloseable {

  /** What comes from the process. */
  public sealed interface Event {

    /** Bytes that it wrote to its standard output, or to its terminal. */
    record Stdout(ByteBuffer bytes) implements Event {}

    /** Bytes that it wrote to its standard error. */
    record Stderr(ByteBuffer bytes) implements Event {}

    /**
     * Output that came faster than it was read, between what was read before and what is read next.
     * Execs never skip any.
     */
    record Skipped(long bytes) implements Event {}

    /**
     * It is over.
     *
     * @param code the exit code, or 128 plus the signal
     */
    record Ended(int code) implements Event {}
  }

  /**
   * Waits for what comes next. {@link Event.Ended} is the last.
   *
   * @throws IOException when the supervisor is gone or this was closed
   */
  Event read() throws IOException;

  /**
   * Passes bytes on to the process's standard input and returns when all but the last are taken.
   * What a process does not read any more is dropped.
   *
   * @throws IOException when the process or this stream has ended
   */
  void write(ByteBuffer bytes) throws IOException;

  /** The end of standard input; a terminal has none and stays as it is. */
  void endInput() throws IOException;

  /** Gives the process's terminal another size, if it has one. */
  void resize(int rows, int columns) throws IOException;

  /** Leaves the process; an exec that has not ended is hung up. */
  @Override
  void close() throws IOException;
}
