package io.gantry.linux.seccomp;

/**
 * A comparison of one argument of a system call (OCI runtime specification, linux.seccomp.args).
 *
 * @param argument 0 to 5
 * @param value to compare with, unsigned; the mask of {@link Comparison#MASKED_EQUAL}
 * @param valueTwo what the masked argument must be, unsigned; else 0
 */
public record SeccompCondition(int argument, Comparison comparison, long value, long valueTwo) {

  /** How, with the numbers of {@code enum scmp_compare}. */
  public enum Comparison {
    NOT_EQUAL(1),
    LESS(2),
    LESS_OR_EQUAL(3),
    EQUAL(4),
    GREATER_OR_EQUAL(5),
    GREATER(6),
    MASKED_EQUAL(7);

    private final int number;

    Comparison(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }
  }

  private static final int LAST_ARGUMENT = 5;

  public SeccompCondition {
    if (argument < 0 || argument > LAST_ARGUMENT) {
      throw new IllegalArgumentException("a system call has no argument " + argument);
    }
  }

  public static SeccompCondition equal(int argument, long value) {
    return new SeccompCondition(argument, Comparison.EQUAL, value, 0);
  }

  public static SeccompCondition notEqual(int argument, long value) {
    return new SeccompCondition(argument, Comparison.NOT_EQUAL, value, 0);
  }

  /** The argument's bits under the mask are exactly these. */
  public static SeccompCondition masked(int argument, long mask, long bits) {
    return new SeccompCondition(argument, Comparison.MASKED_EQUAL, mask, bits);
  }
}
