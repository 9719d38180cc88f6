package io.gantry.cli.session;

/** A command that cannot go on; the message is all a person needs to see. */
public final class CliException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exitCode;

  private CliException(String message, int exitCode) {
    super(message);
    this.exitCode = exitCode;
  }

  /** The command was understood and failed. */
  public static CliException failed(String message) {
    return new CliException(message, 1);
  }

  /** The command makes no sense as it was written. */
  public static CliException misused(String message) {
    return new CliException(message, 2);
  }

  /** What the process exits with: 1 for a failure, 2 for wrong usage. */
  public int exitCode() {
    return exitCode;
  }
}
