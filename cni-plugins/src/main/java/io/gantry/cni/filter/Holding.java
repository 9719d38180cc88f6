package io.gantry.cni.filter;

import java.util.Optional;

/** An element with whose it is, as the comment beside it in the kernel says. */
record Holding(Owner owner, Part part, Element element) {

  private static final int FIELDS = 4;

  Element.Place place() {
    return element.place();
  }

  /** The element between braces. */
  String written() {
    return element.written(
        String.join("/", part.text(), owner.network(), owner.ifName(), owner.containerId()));
  }

  /** The element under a comment of ours, or nothing where it is someone else's. */
  static Optional<Holding> of(String comment, Element element) {
    String[] fields = comment.split("/", -1);
    if (fields.length != FIELDS) {
      return Optional.empty();
    }
    return Part.of(fields[0])
        .map(part -> new Holding(new Owner(fields[1], fields[3], fields[2]), part, element));
  }
}
