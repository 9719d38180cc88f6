package io.gantry.linux.nftables;

import java.io.IOException;

/** Commands that were refused, with the library's own account of where and why. */
public final class NftablesException extends IOException {

  private static final long serialVersionUID = 1L;

  NftablesException(String reason) {
    super("nftables refused the commands: " + reason);
  }
}
