package io.gantry.cni.filter;

import java.io.IOException;

/** A port of the node has another owner. */
public final class PlaceTakenException extends IOException {

  private static final long serialVersionUID = 1L;

  private final transient Owner holder;
  private final String port;

  PlaceTakenException(Holding held, Owner wanting) {
    super(
        "%s belongs to %s and is wanted by %s"
            .formatted(held.element().portText(), held.owner(), wanting));
    this.holder = held.owner();
    this.port = held.element().portText();
  }

  /** What it is, such as {@code tcp 8080 on 192.0.2.1}. */
  public String port() {
    return port;
  }

  /** Who has it. */
  public Owner holder() {
    return holder;
  }
}
