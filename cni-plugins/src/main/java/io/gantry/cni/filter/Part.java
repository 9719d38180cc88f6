package io.gantry.cni.filter;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What an owner's elements are for; those of one part never replace those of another. */
public enum Part {
  MASQUERADE,
  PORTS,
  FIREWALL;

  /** As comments of elements have it. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Part> of(String text) {
    return Arrays.stream(values()).filter(part -> part.text().equals(text)).findFirst();
  }
}
