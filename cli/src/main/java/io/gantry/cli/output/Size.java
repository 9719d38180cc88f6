package io.gantry.cli.output;

import java.util.Locale;

/** Tells sizes with three digits and a decimal unit, such as 1.24MB. */
public final class Size {
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

  private Size() {}

  public static String of(long bytes) {
    double value = bytes;
    int unit = 0;
    // 999.5 would print as 1e+03 with three digits.
    while (value >= 999.5 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    return digits(value) + UNITS[unit];
  }

  private static String digits(double value) {
    int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    var text = String.format(Locale.ROOT, "%." + decimals + "f", value);
    return decimals == 0 ? text : text.replaceAll("\\.?0+$", "");
  }
}
