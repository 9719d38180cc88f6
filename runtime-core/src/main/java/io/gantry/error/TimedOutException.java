package io.gantry.error;

import org.jspecify.annotations.Nullable;

/** It took longer than it may. */
public final class TimedOutException extends GantryException {

  private static final long serialVersionUID = 1L;

  public TimedOutException(Subject subject, String message, String nextStep) {
    this(subject, message, nextStep, null);
  }

  public TimedOutException(
      Subject subject, String message, String nextStep, @Nullable Throwable cause) {
    super(subject, message, nextStep, cause);
  }
}
