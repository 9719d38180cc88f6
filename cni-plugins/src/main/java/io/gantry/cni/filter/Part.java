package io.gantry.cni.filter;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What an owner's elements are for; those of one part never replace those of another. */
public enum Part {
  MASQUERADE(false);

  private final boolean exclusive;

  Part(boolean exclusive) {
    this.exclusive = exclusive;
  }

  /** Whether a place that someone has is refused to others, and not simply theirs from then on. */
  boolean isExclusive() {
    return exclusive;
  }

  /** As comments of elements have it. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Part> of(String text) {
    return Arrays.stream(values()).filter(part -> part.text().equals(text)).findFirst();
  }
}
