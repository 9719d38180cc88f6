package io.gantry.linux.systemd;

import java.io.IOException;

/** systemd cannot keep the control groups of this machine. The message says why. */
public final class SystemdMissingException extends IOException {

  private static final long serialVersionUID = 1L;

  public SystemdMissingException(String reason) {
    super(reason);
  }

  SystemdMissingException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
