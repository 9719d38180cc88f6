package io.gantry.error;

import org.jspecify.annotations.Nullable;

/** A finite thing is used up: addresses, disk, descriptors. */
public final class ExhaustedException extends GantryException {

  private static final long serialVersionUID = 1L;

  public ExhaustedException(Subject subject, String message, String nextStep) {
    this(subject, message, nextStep, null);
  }

  public ExhaustedException(
      Subject subject, String message, String nextStep, @Nullable Throwable cause) {
    super(subject, message, nextStep, cause);
  }
}
