package io.gantry.container;

import java.io.IOException;

/** A program that could not be executed in a container. */
public final class StartException extends IOException {

  private static final long serialVersionUID = 1L;

  /** What a shell answers for a program that is not there. */
  public static final int NOT_FOUND = 127;

  /** What a shell answers for a file that cannot be executed. */
  public static final int NOT_EXECUTABLE = 126;

  private final int exitCode;

  /**
   * @param message the step, its object and the errno, such as {@code exec /bin/nope: ENOENT}
   * @param exitCode 127, 126, or 128 for a step before the program
   */
  public StartException(String message, int exitCode, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }

  /** Whether the command is at fault rather than the machine. */
  public boolean blamesTheCommand() {
    return exitCode == NOT_FOUND || exitCode == NOT_EXECUTABLE;
  }
}
