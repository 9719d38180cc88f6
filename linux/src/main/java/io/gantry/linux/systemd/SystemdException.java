package io.gantry.linux.systemd;

import java.io.IOException;

/** Something that systemd refused or did not bring to an end: what, of which unit, and why. */
public final class SystemdException extends IOException {

  private static final long serialVersionUID = 1L;

  /** As D-Bus names the error, or empty. */
  private final String error;

  SystemdException(String step, String subject, String reason) {
    this(step, subject, reason, "");
  }

  SystemdException(String step, String subject, String reason, String error) {
    super("systemd: " + step + " " + subject + ": " + reason);
    this.error = error;
  }

  boolean is(String name) {
    return error.equals(name);
  }
}
