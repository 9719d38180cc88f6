package io.gantry.linux.cgroup;

import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers as cpuset(7) lists them under "List format", such as {@code 0-3,8}. */
public final class NumberList {

  private static final Pattern RANGE = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");

  private NumberList() {}

  /**
   * The numbers of a list, which white space may surround.
   *
   * @throws IllegalArgumentException naming the part that is no number and no range
   */
  public static BitSet parse(String text) {
    BitSet numbers = new BitSet();
    for (String part : text.strip().split(",", -1)) {
      Matcher range = RANGE.matcher(part);
      if (!range.matches()) {
        throw new IllegalArgumentException("\"" + part + "\" is no number and no range");
      }
      int first = Integer.parseInt(range.group(1));
      int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
      if (last < first) {
        throw new IllegalArgumentException("\"" + part + "\" ends before it begins");
      }
      numbers.set(first, last + 1);
    }
    return numbers;
  }
}
