package io.gantry.cni.filter;

import java.io.IOException;

/** An element that can have one owner has another one. */
public final class PlaceTakenException extends IOException {

  private static final long serialVersionUID = 1L;

  private final transient Owner holder;

  PlaceTakenException(Element.Place place, Owner holder) {
    super(place.set() + " " + place.key() + " belongs to " + holder);
    this.holder = holder;
  }

  /** Who has it. */
  public Owner holder() {
    return holder;
  }
}
