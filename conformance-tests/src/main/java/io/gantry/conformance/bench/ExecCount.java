package io.gantry.conformance.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Counts the programs that a process and its descendants execute, from its start to its end. */
final class ExecCount implements AutoCloseable {

  private final Process process;
  private final BufferedReader output;

  private ExecCount(Process process) {
    this.process = process;
    this.output = process.inputReader();
  }

  /**
   * Counts from here on.
   *
   * @param program the counting one
   * @param pid of the process
   * @throws IOException when the kernel does not tell of processes, with what it says
   */
  static ExecCount of(Path program, long pid) throws IOException {
    ExecCount count =
        new ExecCount(new ProcessBuilder(program.toString(), Long.toString(pid)).start());
    if (!"ready".equals(count.output.readLine())) {
      String why =
          new String(count.process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      count.close();
      throw new IOException("the counter does not start: " + why);
    }
    return count;
  }

  /** Ends the count. */
  long total() throws IOException {
    process.getOutputStream().close();
    String number = output.readLine();
    if (number == null) {
      throw new IOException(
          "the counter broke off: "
              + new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8)
                  .strip());
    }
    return Long.parseLong(number);
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    output.close();
  }
}
