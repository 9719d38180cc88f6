package io.gantry.error;

import org.jspecify.annotations.Nullable;

/**
 * A failure in words of the domain. Whoever knows the intent translates a kernel error into one of
 * these; exactly one class of the RPC edge maps them to a status.
 */
public abstract sealed class GantryException extends RuntimeException
    permits NotFoundException,
        AlreadyExistsException,
        InvalidException,
        WrongStateException,
        ExhaustedException,
        TimedOutException,
        UnavailableException,
        UnsupportedException,
        BrokenException {

  private static final long serialVersionUID = 1L;

  private final Subject subject;
  private final String nextStep;

  /**
   * @param subject the object it is about
   * @param message what was tried, on what, why it failed: lower case, no full stop
   * @param nextStep what a person can do now, or empty
   */
  GantryException(Subject subject, String message, String nextStep, @Nullable Throwable cause) {
    super(message, cause);
    this.subject = subject;
    this.nextStep = nextStep;
  }

  public Subject subject() {
    return subject;
  }

  public String nextStep() {
    return nextStep;
  }

  /** The message and, where there is one, the next step. */
  public String advice() {
    return nextStep.isEmpty() ? String.valueOf(getMessage()) : getMessage() + "; " + nextStep;
  }
}
