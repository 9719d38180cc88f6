package io.gantry.linux.mount;

import java.io.IOException;

/** A mount that cannot be made as asked for, with what would help. */
public final class MountException extends IOException {

  private static final long serialVersionUID = 1L;

  MountException(String message) {
    super(message);
  }
}
