package io.gantry.error;

import org.jspecify.annotations.Nullable;

/** The request cannot be right: the subject is the field. */
public final class InvalidException extends GantryException {

  private static final long serialVersionUID = 1L;

  public InvalidException(Subject subject, String message, String nextStep) {
    this(subject, message, nextStep, null);
  }

  public InvalidException(
      Subject subject, String message, String nextStep, @Nullable Throwable cause) {
    super(subject, message, nextStep, cause);
  }
}
