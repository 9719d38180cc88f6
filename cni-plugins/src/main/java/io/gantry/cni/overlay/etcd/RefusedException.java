package io.gantry.cni.overlay.etcd;

import java.io.IOException;

/** What this node claims is another's. */
final class RefusedException extends IOException {

  private static final long serialVersionUID = 1L;

  RefusedException(String message) {
    super(message);
  }
}
