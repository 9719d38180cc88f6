package io.gantry.error;

import org.jspecify.annotations.Nullable;

/** A step failed that should have worked. */
public final class BrokenException extends GantryException {

  private static final long serialVersionUID = 1L;

  public BrokenException(Subject subject, String message, String nextStep) {
    this(subject, message, nextStep, null);
  }

  public BrokenException(
      Subject subject, String message, String nextStep, @Nullable Throwable cause) {
    super(subject, message, nextStep, cause);
  }
}
