package io.gantry.error;

import org.jspecify.annotations.Nullable;

/** The object is not in a state that allows the operation. */
public final class WrongStateException extends GantryException {

  private static final long serialVersionUID = 1L;

  public WrongStateException(Subject subject, String message, String nextStep) {
    this(subject, message, nextStep, null);
  }

  public WrongStateException(
      Subject subject, String message, String nextStep, @Nullable Throwable cause) {
    super(subject, message, nextStep, cause);
  }
}
