package io.gantry.image.inventory;

import java.util.Set;

/** Where an inventory lies and what it does not speak of. */
public final class Inventory {

  /** Name beside the layer's files. */
  public static final String FILE = "inventory";

  /** Names beside the layer's files that are no part of the layer. */
  static final Set<String> NOT_LISTED = Set.of(FILE, "layer.json");

  private Inventory() {}
}
