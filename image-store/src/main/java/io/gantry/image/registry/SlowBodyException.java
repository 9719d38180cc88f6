package io.gantry.image.registry;

import java.net.http.HttpTimeoutException;

/** A body brings less than it has to while it is waited for. */
final class SlowBodyException extends HttpTimeoutException {

  private static final long serialVersionUID = 1L;

  SlowBodyException(String message) {
    super(message);
  }
}
