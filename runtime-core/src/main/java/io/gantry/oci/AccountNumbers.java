package io.gantry.oci;

import java.util.List;
import java.util.OptionalLong;

/** What passwd(5) and group(5) have in common: lines, and numbers for users and groups. */
final class AccountNumbers {

  /** The largest id; one more is {@code (uid_t) -1}, which the kernel takes for "unchanged". */
  static final long LARGEST = 0xFFFF_FFFEL;

  private static final int DIGITS = 10;

  private AccountNumbers() {}

  /** A decimal id, or nothing when the text is no id. */
  static OptionalLong parse(String text) {
    boolean decimal =
        !text.isEmpty()
            && text.length() <= DIGITS
            && text.chars().allMatch(each -> each >= '0' && each <= '9');
    if (!decimal) {
      return OptionalLong.empty();
    }
    long number = Long.parseLong(text);
    return number <= LARGEST ? OptionalLong.of(number) : OptionalLong.empty();
  }

  static List<String> lines(String file) {
    return file.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && line.charAt(0) != '#')
        .toList();
  }
}
