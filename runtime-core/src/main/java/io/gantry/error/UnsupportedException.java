package io.gantry.error;

import org.jspecify.annotations.Nullable;

/** This machine or this version cannot do it. */
public final class UnsupportedException extends GantryException {

  private static final long serialVersionUID = 1L;

  public UnsupportedException(Subject subject, String message, String nextStep) {
    this(subject, message, nextStep, null);
  }

  public UnsupportedException(
      Subject subject, String message, String nextStep, @Nullable Throwable cause) {
    super(subject, message, nextStep, cause);
  }
}
