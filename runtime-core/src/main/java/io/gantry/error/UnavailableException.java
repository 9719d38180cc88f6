package io.gantry.error;

import org.jspecify.annotations.Nullable;

/** Something outside did not answer; a retry can help. */
public final class UnavailableException extends GantryException {

  private static final long serialVersionUID = 1L;

  public UnavailableException(Subject subject, String message, String nextStep) {
    this(subject, message, nextStep, null);
  }

  public UnavailableException(
      Subject subject, String message, String nextStep, @Nullable Throwable cause) {
    super(subject, message, nextStep, cause);
  }
}
