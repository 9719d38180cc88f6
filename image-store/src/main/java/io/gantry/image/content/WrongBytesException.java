package io.gantry.image.content;

import io.gantry.image.error.ImageException;
import java.io.IOException;

/**
 * A layer's source gave bytes that are not the layer's, and another source may give the right ones.
 */
final class WrongBytesException extends IOException {

  private static final long serialVersionUID = 1L;

  private final ImageException.Corrupt damage;

  WrongBytesException(ImageException.Corrupt damage) {
    super(damage.getMessage(), damage);
    this.damage = damage;
  }

  ImageException.Corrupt damage() {
    return damage;
  }
}
