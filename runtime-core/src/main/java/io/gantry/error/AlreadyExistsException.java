package io.gantry.error;

import org.jspecify.annotations.Nullable;

/** The name is taken by an object that is not the one asked for. */
public final class AlreadyExistsException extends GantryException {

  private static final long serialVersionUID = 1L;

  public AlreadyExistsException(Subject subject, String message, String nextStep) {
    this(subject, message, nextStep, null);
  }

  public AlreadyExistsException(
      Subject subject, String message, String nextStep, @Nullable Throwable cause) {
    super(subject, message, nextStep, cause);
  }
}
