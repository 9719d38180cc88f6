package io.gantry.error;

import org.jspecify.annotations.Nullable;

/** There is no such object. */
public final class NotFoundException extends GantryException {

  private static final long serialVersionUID = 1L;

  public NotFoundException(Subject subject, String message, String nextStep) {
    this(subject, message, nextStep, null);
  }

  public NotFoundException(
      Subject subject, String message, String nextStep, @Nullable Throwable cause) {
    super(subject, message, nextStep, cause);
  }
}
