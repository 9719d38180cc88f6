package io.gantry.conformance.bench;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as people read them. */
final class Numbers {

  private static final MathContext THREE_DIGITS = new MathContext(3);

  private Numbers() {}

  /** Three significant digits, and all digits before the point. */
  static String brief(double number) {
    if (Math.abs(number) >= 100) {
      return Long.toString(Math.round(number));
    }
    return new BigDecimal(number).round(THREE_DIGITS).toPlainString();
  }

  /** How many times one thing is another. */
  static String times(double ratio) {
    int digits = ratio < 1 ? 2 : ratio < 100 ? 1 : 0;
    return String.format(Locale.ROOT, "%." + digits + "f ×", ratio);
  }

  /** As many digits as the number has. */
  static String shortest(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }
}
