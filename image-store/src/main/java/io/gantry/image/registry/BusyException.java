package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import java.io.IOException;

/**
 * An endpoint has too much to do, and was not waited for because another one may answer at once.
 */
final class BusyException extends IOException {

  private static final long serialVersionUID = 1L;

  private final ImageException refusal;

  BusyException(ImageException refusal) {
    super(refusal.getMessage(), refusal);
    this.refusal = refusal;
  }

  ImageException refusal() {
    return refusal;
  }
}
