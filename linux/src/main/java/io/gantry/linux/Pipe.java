package io.gantry.linux;

/** The two ends of a pipe(7); each is closed by its owner. */
public record Pipe(Fd reader, Fd writer) implements AutoCloseable {

  /** Closes both ends. */
  @Override
  public void close() {
    reader.close();
    writer.close();
  }
}
