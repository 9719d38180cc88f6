package io.gantry.linux.seccomp;

import io.gantry.linux.Errno;
import java.io.IOException;

/** A filter that could not be built: what was tried, on what, why. */
public final class SeccompException extends IOException {

  private static final long serialVersionUID = 1L;

  SeccompException(String message, Throwable cause) {
    super(message, cause);
  }

  SeccompException(String tried, Errno errno) {
    super(tried + ": " + errno);
  }

  SeccompException(String message) {
    super(message);
  }
}
