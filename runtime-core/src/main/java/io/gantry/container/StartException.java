package io.gantry.container;

import java.io.IOException;

/** A program that could not be executed in a container. */
public final class StartException extends IOException {

  private static final long serialVersionUID = 1L;

  /** What a shell answers for a program that is not there. */
  public static final int NOT_FOUND = 127;

  /** What a shell answers for a file that cannot be executed. */
  public static final int NOT_EXECUTABLE = 126;

  /** What is at fault, and with it what is to be done. */
  public enum Blame {
    /** The command is not there, or is no program. */
    COMMAND,
    /** Something stands at a path in the container, or on the way there. */
    PATH,
    /** The machine, or Gantry. */
    MACHINE
  }

  private final int exitCode;
  private final Blame blame;

  /**
   * @param message the step, its object and the errno, such as {@code exec /bin/nope: ENOENT}
   * @param exitCode 127, 126, or 128 for a step before the program
   */
  public StartException(String message, int exitCode, Blame blame, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
    this.blame = blame;
  }

  public int exitCode() {
    return exitCode;
  }

  public Blame blame() {
    return blame;
  }
}
